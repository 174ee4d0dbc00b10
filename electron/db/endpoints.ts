/** Table endpoints: what this computer asked for, written down before it is asked for. User's own: AWS does not tell it. */
import { z } from 'zod'
import { endpointSchema, type Endpoint } from '../../shared/endpoint.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

/** The state machine's own record; what it means is the endpoints' folder's business. */
const lifeSchema = z.object({
  intent: z.enum(['serve', 'remove']),
  idleMs: z.number().nullable(),
  hasComponent: z.boolean().default(false),
  isGuardRefused: z.boolean(),
  mayGoUnguarded: z.boolean(),
  wasSeen: z.boolean(),
  wasComponentSeen: z.boolean().default(false),
  deadlineMs: z.number().nullable(),
  askedMs: z.number().nullable(),
})
export type StoredLife = z.infer<typeof lifeSchema>

export interface StoredEndpoint {
  readonly endpoint: Endpoint
  readonly life: StoredLife
  /** What the model behind it is known by, so that a second question finds it. */
  readonly modelKey: string
  /** Everything that was made for it was seen gone. */
  readonly isClean: boolean
}

interface EndpointRow {
  name: string
  workspace_id: string
  model_key: string
  endpoint: string
  life: string
  is_clean: number
  created_at_ms: number
}

const UPSERT_ENDPOINT = `
  INSERT INTO endpoints (name, workspace_id, model_key, endpoint, life, is_clean, created_at_ms)
  VALUES (@name, @workspace_id, @model_key, @endpoint, @life, @is_clean, @created_at_ms)
  ON CONFLICT (name) DO UPDATE SET endpoint = @endpoint, life = @life, is_clean = @is_clean`

export function insertEndpoint(db: WritableDb, stored: StoredEndpoint): void {
  transact(db, () => db.prepare(UPSERT_ENDPOINT).run(toRow(stored)))
}

/**
 * Changes what is written down, from how it stands now: another process may have changed it since it was read.
 *
 * @returns what stands then; null when there is none of this name
 */
export function changeEndpoint(
  db: WritableDb,
  name: string,
  change: (stored: StoredEndpoint) => StoredEndpoint,
): StoredEndpoint | null {
  return transact(db, () => {
    const found = findEndpoint(db, name)
    if (!found) return null
    const changed = change(found)
    db.prepare(UPSERT_ENDPOINT).run(toRow(changed))
    return changed
  })
}

export function findEndpoint(db: ReadableDb, name: string): StoredEndpoint | null {
  const row = db.prepare<[string], EndpointRow>('SELECT * FROM endpoints WHERE name = ?').get(name)
  return row ? fromRow(row) : null
}

/** Newest first. */
export function listEndpoints(db: ReadableDb): StoredEndpoint[] {
  return db
    .prepare<[], EndpointRow>('SELECT * FROM endpoints ORDER BY created_at_ms DESC, rowid DESC')
    .all()
    .map(fromRow)
}

/** Those that something is left of. */
export function listUncleanEndpoints(db: ReadableDb): StoredEndpoint[] {
  return db
    .prepare<[], EndpointRow>('SELECT * FROM endpoints WHERE is_clean = 0 ORDER BY created_at_ms')
    .all()
    .map(fromRow)
}

export function deleteEndpointRecord(db: WritableDb, name: string): void {
  transact(db, () => db.prepare('DELETE FROM endpoints WHERE name = ?').run(name))
}

function fromRow(row: EndpointRow): StoredEndpoint {
  return {
    endpoint: endpointSchema.parse(JSON.parse(row.endpoint)),
    life: lifeSchema.parse(JSON.parse(row.life)),
    modelKey: row.model_key,
    isClean: row.is_clean === 1,
  }
}

function toRow({ endpoint, life, modelKey, isClean }: StoredEndpoint): EndpointRow {
  return {
    name: endpoint.name,
    workspace_id: endpoint.workspaceId,
    model_key: modelKey,
    endpoint: JSON.stringify(endpoint),
    life: JSON.stringify(life),
    is_clean: isClean ? 1 : 0,
    created_at_ms: endpoint.createdAtMs,
  }
}
