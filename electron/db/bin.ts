/**
 * Table bin: what was deleted and can be brought back. The thing itself stays where it is until it is erased; lists leave
 * out what is named here.
 */
import { diskItemKindSchema, type DiskItemRef } from '../../shared/diskLedger.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface BinRecord extends DiskItemRef {
  readonly name: string
  readonly detail: string | null
  readonly freesBytes: number
  readonly deletedAtMs: number
}

interface BinRow {
  kind: string
  item_id: string
  name: string
  detail: string | null
  frees_bytes: number
  deleted_at_ms: number
}

const INSERT_BIN = `
  INSERT INTO bin (kind, item_id, name, detail, frees_bytes, deleted_at_ms)
  VALUES (@kind, @id, @name, @detail, @freesBytes, @deletedAtMs) ON CONFLICT (kind, item_id) DO NOTHING`

/** Deleting what is in the bin already changes nothing. */
export function insertBinRecord(db: WritableDb, record: BinRecord): void {
  transact(db, () => db.prepare(INSERT_BIN).run(record))
}

/** @returns whether it was there */
export function removeBinRecord(db: WritableDb, { kind, id }: DiskItemRef): boolean {
  return transact(
    db,
    () => db.prepare('DELETE FROM bin WHERE kind = ? AND item_id = ?').run(kind, id).changes > 0,
  )
}

export function isInBin(db: ReadableDb, { kind, id }: DiskItemRef): boolean {
  return db.prepare('SELECT 1 FROM bin WHERE kind = ? AND item_id = ?').get(kind, id) !== undefined
}

/** Newest first. */
export function listBinRecords(db: ReadableDb): BinRecord[] {
  return db
    .prepare<[], BinRow>('SELECT * FROM bin ORDER BY deleted_at_ms DESC, kind, item_id')
    .all()
    .map((row) => ({
      kind: diskItemKindSchema.parse(row.kind),
      id: row.item_id,
      name: row.name,
      detail: row.detail,
      freesBytes: row.frees_bytes,
      deletedAtMs: row.deleted_at_ms,
    }))
}
