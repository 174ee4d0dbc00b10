/** Tables datasets and dataset_fixes: rows <-> Dataset. */
import {
  appliedFixSchema,
  lineageSchema,
  scanReportSchema,
  type AppliedFix,
  type Dataset,
} from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { isInBin } from './bin.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface DatasetRowRecord {
  id: string
  name: string
  source_name: string
  size_bytes: number
  content_sha256: string
  original_sha256: string
  lineage: string
  scan: string
  created_at_ms: number
  updated_at_ms: number
}

interface FixRecord {
  dataset_id: string
  position: number
  code: string
  count: number
  content_before: string
  content_after: string
  applied_at_ms: number
  split_before: string | null
}

const UPSERT_DATASET = `
  INSERT INTO datasets (id, name, source_name, size_bytes, content_sha256, original_sha256, lineage, scan, created_at_ms, updated_at_ms)
  VALUES (@id, @name, @source_name, @size_bytes, @content_sha256, @original_sha256, @lineage, @scan, @created_at_ms, @updated_at_ms)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name, size_bytes = excluded.size_bytes,
    content_sha256 = excluded.content_sha256, scan = excluded.scan, updated_at_ms = excluded.updated_at_ms`

const INSERT_FIX = `
  INSERT INTO dataset_fixes (dataset_id, position, code, count, content_before, content_after, applied_at_ms, split_before)
  VALUES (@dataset_id, @position, @code, @count, @content_before, @content_after, @applied_at_ms, @split_before)`

/** Every content that a dataset, a fix that can be undone, or a trained version still points to. */
const SELECT_REFERENCED_CONTENT = `
  SELECT content_sha256 AS sha256 FROM datasets
  UNION SELECT original_sha256 FROM datasets
  UNION SELECT content_before FROM dataset_fixes
  UNION SELECT content_after FROM dataset_fixes
  UNION SELECT dataset_sha256 FROM versions
  UNION SELECT json_extract(split, '$.contentSha256') FROM versions
    WHERE json_extract(split, '$.contentSha256') IS NOT NULL
  UNION SELECT content_sha256 FROM dataset_edits`

const COUNT_OPEN_CANDIDATES_OF_DATASET = `
  SELECT count(*) FROM candidates JOIN versions ON versions.id = candidates.version_id
  WHERE versions.dataset_id = ? AND candidates.status NOT IN ('Completed', 'Failed', 'Stopped')`

/** Writes the dataset with its list of fixes; the one with the same id is replaced. */
export function saveDataset(db: WritableDb, dataset: Dataset): void {
  transact(db, () => {
    db.prepare(UPSERT_DATASET).run(datasetToRow(dataset))
    db.prepare('DELETE FROM dataset_fixes WHERE dataset_id = ?').run(dataset.id)
    const insertFix = db.prepare(INSERT_FIX)
    dataset.appliedFixes.forEach((fix, position) => {
      insertFix.run(fixToRow(dataset.id, position, fix))
    })
  })
}

/** Newest first, without those in the bin. */
export function listDatasets(db: ReadableDb): Dataset[] {
  return listAllDatasets(db).filter(({ id }) => !isInBin(db, { kind: 'dataset', id }))
}

/** Those in the bin included. */
export function listAllDatasets(db: ReadableDb): Dataset[] {
  const rows = db
    .prepare<[], DatasetRowRecord>('SELECT * FROM datasets ORDER BY created_at_ms DESC, id')
    .all()
  return rows.map((row) => rowToDataset(row, fixesOf(db, row.id)))
}

export function findDataset(db: ReadableDb, id: string): Dataset | undefined {
  const row = db.prepare<[string], DatasetRowRecord>('SELECT * FROM datasets WHERE id = ?').get(id)
  return row && rowToDataset(row, fixesOf(db, id))
}

/** @throws AppError DatasetNotFound */
export function getDataset(db: ReadableDb, id: string): Dataset {
  const dataset = findDataset(db, id)
  if (dataset) return dataset
  throw new AppError('DatasetNotFound', `There is no dataset ${id}`, { details: { id } })
}

export function deleteDataset(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM datasets WHERE id = ?').run(id))
}

/** True while a candidate that has not ended was started from this dataset. */
export function isDatasetInTraining(db: ReadableDb, id: string): boolean {
  const count = db.prepare<[string], number>(COUNT_OPEN_CANDIDATES_OF_DATASET).pluck().get(id)
  return (count ?? 0) > 0
}

export function listReferencedContent(db: ReadableDb): Set<string> {
  return new Set(db.prepare<[], string>(SELECT_REFERENCED_CONTENT).pluck().all())
}

function fixesOf(db: ReadableDb, id: string): FixRecord[] {
  return db
    .prepare<[string], FixRecord>(
      'SELECT * FROM dataset_fixes WHERE dataset_id = ? ORDER BY position',
    )
    .all(id)
}

function rowToDataset(row: DatasetRowRecord, fixes: readonly FixRecord[]): Dataset {
  return {
    id: row.id,
    name: row.name,
    sourceName: row.source_name,
    sizeBytes: row.size_bytes,
    contentSha256: row.content_sha256,
    originalSha256: row.original_sha256,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    appliedFixes: fixes.map(rowToFix),
    lineage: lineageSchema.nullable().parse(JSON.parse(row.lineage)),
    scan: scanReportSchema.parse(JSON.parse(row.scan)),
  }
}

function datasetToRow(dataset: Dataset): DatasetRowRecord {
  return {
    id: dataset.id,
    name: dataset.name,
    source_name: dataset.sourceName,
    size_bytes: dataset.sizeBytes,
    content_sha256: dataset.contentSha256,
    original_sha256: dataset.originalSha256,
    lineage: JSON.stringify(dataset.lineage),
    scan: JSON.stringify(dataset.scan),
    created_at_ms: dataset.createdAtMs,
    updated_at_ms: dataset.updatedAtMs,
  }
}

function rowToFix(row: FixRecord): AppliedFix {
  return appliedFixSchema.parse({
    code: row.code,
    count: row.count,
    contentBefore: row.content_before,
    contentAfter: row.content_after,
    appliedAtMs: row.applied_at_ms,
    splitBefore: row.split_before === null ? undefined : JSON.parse(row.split_before),
  })
}

function fixToRow(datasetId: string, position: number, fix: AppliedFix): FixRecord {
  return {
    dataset_id: datasetId,
    position,
    code: fix.code,
    count: fix.count,
    content_before: fix.contentBefore,
    content_after: fix.contentAfter,
    applied_at_ms: fix.appliedAtMs,
    split_before: fix.splitBefore ? JSON.stringify(fix.splitBefore) : null,
  }
}
