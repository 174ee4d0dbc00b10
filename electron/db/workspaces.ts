/** Table workspaces: rows <-> AwsWorkspace. This computer has no row. */
import { AppError } from '../../shared/errors.ts'
import {
  workspaceDraftSchema,
  type AwsWorkspace,
  type WorkspaceDraft,
} from '../../shared/workspace.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface WorkspaceRecord {
  id: string
  name: string
  definition: string
  created_at_ms: number
}

/** In the order in which they were made. */
export function listAwsWorkspaces(db: ReadableDb): AwsWorkspace[] {
  return db
    .prepare<[], WorkspaceRecord>('SELECT * FROM workspaces ORDER BY created_at_ms, id')
    .all()
    .map(rowToWorkspace)
}

/** @throws AppError WorkspaceNotFound */
export function getAwsWorkspace(db: ReadableDb, id: string): AwsWorkspace {
  const row = db.prepare<[string], WorkspaceRecord>('SELECT * FROM workspaces WHERE id = ?').get(id)
  if (!row)
    throw new AppError('WorkspaceNotFound', `There is no workspace ${id}`, { details: { id } })
  return rowToWorkspace(row)
}

/** @throws AppError WorkspaceNameTaken */
export function insertWorkspace(
  db: WritableDb,
  { id, createdAtMs, draft }: { id: string; createdAtMs: number; draft: WorkspaceDraft },
): AwsWorkspace {
  return transact(db, () => {
    requireFreeName(db, draft.name, id)
    db.prepare(
      'INSERT INTO workspaces (id, name, definition, created_at_ms) VALUES (?, ?, ?, ?)',
    ).run(id, draft.name, definitionOf(draft), createdAtMs)
    return getAwsWorkspace(db, id)
  })
}

/** @throws AppError WorkspaceNotFound, WorkspaceNameTaken */
export function updateWorkspace(db: WritableDb, id: string, draft: WorkspaceDraft): AwsWorkspace {
  return transact(db, () => {
    getAwsWorkspace(db, id)
    requireFreeName(db, draft.name, id)
    db.prepare('UPDATE workspaces SET name = ?, definition = ? WHERE id = ?').run(
      draft.name,
      definitionOf(draft),
      id,
    )
    return getAwsWorkspace(db, id)
  })
}

/** Versions that were trained in it stay. */
export function deleteWorkspace(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM workspaces WHERE id = ?').run(id))
}

function requireFreeName(db: ReadableDb, name: string, id: string): void {
  const taken = db
    .prepare<[string, string], number>('SELECT count(*) FROM workspaces WHERE name = ? AND id <> ?')
    .pluck()
    .get(name, id)
  if (taken)
    throw new AppError('WorkspaceNameTaken', `The name ${name} is taken`, { details: { name } })
}

function definitionOf({ name: _, ...definition }: WorkspaceDraft): string {
  return JSON.stringify(definition)
}

function rowToWorkspace(row: WorkspaceRecord): AwsWorkspace {
  const definition: unknown = JSON.parse(row.definition)
  const draft = workspaceDraftSchema.parse({ ...Object(definition), name: row.name })
  return { ...draft, id: row.id, kind: 'aws', createdAtMs: row.created_at_ms }
}
