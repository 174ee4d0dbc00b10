/** Table hub_documents: AWS's hub as last read. */
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface HubDocumentKey {
  readonly region: string
  readonly name: string
  readonly version: string
}

/** @returns the content as JSON, null for one that can't be fine-tuned, undefined when it was not read yet */
export function findHubDocument(
  db: ReadableDb,
  { region, name, version }: HubDocumentKey,
): string | null | undefined {
  return db
    .prepare<[string, string, string], string | null>(
      'SELECT content FROM hub_documents WHERE region = ? AND name = ? AND version = ?',
    )
    .pluck()
    .get(region, name, version)
}

/** Older versions of the same model are dropped. */
export function saveHubDocument(db: WritableDb, key: HubDocumentKey, content: string | null): void {
  transact(db, () => {
    db.prepare('DELETE FROM hub_documents WHERE region = ? AND name = ?').run(key.region, key.name)
    db.prepare(
      'INSERT INTO hub_documents (region, name, version, content) VALUES (@region, @name, @version, @content)',
    ).run({ ...key, content })
  })
}
