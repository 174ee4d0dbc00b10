/** Tables dataset_edits, dataset_roles and dataset_splits: what an analyst did to a dataset in the workbench. */
import { columnRolesSchema, type ColumnRoles } from '../../shared/dataset.ts'
import { editEntrySchema, type EditEntry } from '../../shared/workbench/edits.ts'
import { splitChoiceSchema, type SplitChoice } from '../../shared/workbench/splitChoice.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

const INSERT_ENTRY = `
  INSERT INTO dataset_edits (dataset_id, content_sha256, position, entry, at_ms)
  VALUES (@datasetId, @contentSha256, @position, @entry, @atMs)`

const NEXT_POSITION = `
  SELECT coalesce(max(position), 0) + 1 FROM dataset_edits WHERE dataset_id = ? AND content_sha256 = ?`

/** Where a log stands: the content under it, and how many entries it has. */
export interface EditLog {
  readonly datasetId: string
  readonly contentSha256: string
}

/** Oldest first. */
export function listEdits(db: ReadableDb, { datasetId, contentSha256 }: EditLog): EditEntry[] {
  return db
    .prepare<[string, string], string>(
      'SELECT entry FROM dataset_edits WHERE dataset_id = ? AND content_sha256 = ? ORDER BY position',
    )
    .pluck()
    .all(datasetId, contentSha256)
    .map((entry) => editEntrySchema.parse(JSON.parse(entry)))
}

export function countEdits(db: ReadableDb, { datasetId, contentSha256 }: EditLog): number {
  return (
    (db.prepare<[string, string], number>(NEXT_POSITION).pluck().get(datasetId, contentSha256) ??
      1) - 1
  )
}

/** Written to the disk when it returns, or not at all. @returns how many entries there are now */
export function appendEdit(db: WritableDb, log: EditLog, entry: EditEntry, atMs: number): number {
  return transact(db, () => {
    const position = countEdits(db, log) + 1
    db.prepare(INSERT_ENTRY).run({ ...log, position, entry: JSON.stringify(entry), atMs })
    return position
  })
}

export function findRoles(db: ReadableDb, datasetId: string): ColumnRoles | undefined {
  const roles = db
    .prepare<[string], string>('SELECT roles FROM dataset_roles WHERE dataset_id = ?')
    .pluck()
    .get(datasetId)
  return roles === undefined ? undefined : columnRolesSchema.parse(JSON.parse(roles))
}

export function saveRoles(db: WritableDb, datasetId: string, roles: ColumnRoles): void {
  db.prepare(
    `INSERT INTO dataset_roles (dataset_id, roles) VALUES (?, ?)
     ON CONFLICT (dataset_id) DO UPDATE SET roles = excluded.roles`,
  ).run(datasetId, JSON.stringify(roles))
}

export function findSplitChoice(db: ReadableDb, datasetId: string): SplitChoice | undefined {
  const choice = db
    .prepare<[string], string>('SELECT choice FROM dataset_splits WHERE dataset_id = ?')
    .pluck()
    .get(datasetId)
  return choice === undefined ? undefined : splitChoiceSchema.parse(JSON.parse(choice))
}

export function saveSplitChoice(db: WritableDb, datasetId: string, choice: SplitChoice): void {
  db.prepare(
    `INSERT INTO dataset_splits (dataset_id, choice) VALUES (?, ?)
     ON CONFLICT (dataset_id) DO UPDATE SET choice = excluded.choice`,
  ).run(datasetId, JSON.stringify(choice))
}
