/** Datasets from import to training examples: content in the store, the record in the database. */
import { randomUUID } from 'node:crypto'
import { basename, parse } from 'node:path'
import {
  findingCodeSchema,
  redactions,
  safeRepairs,
  type AppliedFix,
  type ColumnRoles,
  type Dataset,
  type DatasetRow,
  type FindingCode,
  type ImportChoice,
  type ScanReport,
  type StepCode,
  type TrainingExample,
} from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { transact, type WritableDb } from '../db/database.ts'
import {
  deleteDataset,
  getDataset,
  isDatasetInTraining,
  listDatasets,
  listReferencedContent,
  saveDataset,
} from '../db/datasets.ts'
import { createContentStore, writeFileWhole, type OpenFile, type StagedContent } from './content.ts'
import { applyFixes } from './fix.ts'
import { createRowStore, type RowStore } from './rowStore.ts'
import { scanContent, scanTable, type TableScan } from './scan.ts'
import { harmless, requireRows } from './scanFile.ts'
import { aboutFile } from './sourceFile.ts'
import type { TableShape } from './textSource.ts'
import { openSource, type Source } from './intake/source.ts'
import { unreadableRows } from './findings.ts'
import { toUtf8, type Chunks } from './textEncoding.ts'
import { readTrainingExamples } from './trainingExamples.ts'

export interface DatasetServiceOptions {
  readonly db: WritableDb
  /** Folder of the content store; made when missing. */
  readonly contentDirectory: string
  readonly publish: (event: 'dataset.changed', dataset: Dataset) => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** The file system's `open`, where a test needs another. */
  readonly open?: OpenFile
}

export interface ImportOptions {
  readonly choice?: ImportChoice
  readonly signal?: AbortSignal
  /** Bytes of the file that were read so far. */
  readonly onRead?: (bytes: number) => void
  readonly onTable?: (shape: TableShape) => void
  /** Gives back the dataset that was imported from the same content before, where there is one. */
  readonly reuse?: boolean
  /** File name to go by; the path's own when left out. */
  readonly name?: string
}

export interface DatasetService {
  /** Rows by number, of any content that is kept. */
  readonly rowStore: RowStore
  /**
   * Any file that `openSource` reads, in one pass.
   *
   * @throws AppError of openSource and scanTable; NoDataRows, DiskFull, Cancelled. Nothing is left behind then.
   */
  import(path: string, options?: ImportOptions): Promise<Dataset>
  list(): Dataset[]
  /** @throws AppError DatasetNotFound, as do the others that take an id */
  get(id: string): Dataset
  rows(request: {
    id: string
    offset: number
    limit: number
  }): Promise<{ total: number; rows: DatasetRow[] }>
  /**
   * Repairs findings into new content. When every repairable finding but the redactions is asked for, what only shows
   * after the repair of others (a row that becomes a repetition) is repaired with them.
   *
   * @throws AppError FixNotApplicable when nothing of it was found or may be repaired
   */
  fix(id: string, codes: readonly FindingCode[]): Promise<Dataset>
  /**
   * Makes `chunks` the dataset's content, as one step that can be undone. Old content stays.
   *
   * @param chunks delimited text in UTF-8, header first
   * @throws AppError FixNotApplicable when it is the same content, FileChanged when it was changed meanwhile, DiskFull
   */
  addVersion(id: string, step: { code: StepCode; count: number }, chunks: Chunks): Promise<Dataset>
  /** Takes back what the newest click on a fix changed. @throws AppError FixNotApplicable when there is none */
  undoFix(id: string): Promise<Dataset>
  rename(id: string, name: string): Dataset
  /** @throws AppError DatasetInUse while a job started from it has not ended */
  delete(id: string): Promise<void>
  /**
   * The rows that training can use, in file order: `scan.usableRowCount` of them for the suggested roles.
   *
   * @param contentSha256 an earlier state, such as the one a version was trained on
   * @param groupColumn whose cells the examples carry, for a split that keeps groups together
   * @throws AppError ColumnNotFound
   */
  readExamples(
    id: string,
    roles: ColumnRoles,
    contentSha256?: string,
    groupColumn?: string,
  ): Promise<TrainingExample[]>
  /** Writes the content as it stands to a file. @throws AppError DiskFull, DataDirectoryUnusable */
  exportTo(id: string, path: string): Promise<void>
  /** Removes what a crash left in the content store. */
  removeUnreferenced(): Promise<void>
}

export function createDatasetService(options: DatasetServiceOptions): DatasetService {
  const { db, contentDirectory, publish, clock, open: openFile } = options
  const store = createContentStore(contentDirectory, options.open)
  const rowStore = createRowStore(store)

  async function importFile(path: string, options: ImportOptions = {}): Promise<Dataset> {
    const { choice, signal, onRead, onTable, reuse = false, name } = options
    const source = await openSource(path, choice, {
      ...(openFile && { open: openFile }),
      ...(signal && { signal }),
    }).catch((error: unknown) => {
      throw aboutFile(error, basename(path))
    })
    try {
      const text = toUtf8(source.chunks(onRead), source.encoding)
      const scanOptions = { ...(signal && { signal }), ...(onTable && { onTable }) }
      const { staged, result } = await store.stageWhile(text, (chunks) =>
        scanTable(chunks, { ...scanOptions, encoding: 'utf-8' }),
      )
      try {
        return await recordImport(source, staged, result, { reuse, name: name ?? source.name })
      } catch (error) {
        await staged.discard()
        throw error
      }
    } catch (error) {
      throw aboutFile(error, source.name)
    } finally {
      await source.close()
    }
  }

  async function recordImport(
    source: Source,
    staged: StagedContent,
    { report, index }: TableScan,
    { reuse, name }: { reuse: boolean; name: string },
  ): Promise<Dataset> {
    const { faults } = source
    requireRows(report)
    const same =
      reuse && listDatasets(db).find(({ originalSha256 }) => originalSha256 === staged.sha256)
    if (same) {
      await staged.discard()
      return same
    }
    const findings =
      faults.count > 0
        ? [unreadableRows(faults.count, faults.first), ...report.findings]
        : report.findings
    const now = clock()
    const dataset: Dataset = {
      id: randomUUID(),
      name: parse(name.replace(/\.(?:gz|zip)$/i, '')).name,
      sourceName: name,
      sizeBytes: staged.sizeBytes,
      contentSha256: staged.sha256,
      originalSha256: staged.sha256,
      createdAtMs: now,
      updatedAtMs: now,
      appliedFixes: [],
      lineage: { ...source.lineage, unreadable: faults.count },
      scan: { ...report, findings },
    }
    await staged.commit()
    await rowStore.keepIndex(staged.sha256, index)
    saveDataset(db, dataset)
    publish('dataset.changed', dataset)
    return dataset
  }

  async function fix(id: string, codes: readonly FindingCode[]): Promise<Dataset> {
    const dataset = getDataset(db, id)
    const wanted = codesToApply(codes, dataset.scan)
    const run = applyFixes(store.read(dataset.contentSha256), wanted)
    return addSteps(dataset, run.chunks, () =>
      [...run.counts].map(([code, count]) => ({ code, count })),
    )
  }

  /** @param steps asked once the chunks were read */
  async function addSteps(
    dataset: Dataset,
    chunks: Chunks,
    steps: () => Pick<AppliedFix, 'code' | 'count'>[],
  ): Promise<Dataset> {
    const { staged, result } = await store.stageWhile(chunks, (text) => scanTable(text))
    const { report: scan, index } = result
    if (staged.sha256 === dataset.contentSha256) {
      await staged.discard()
      throw fixNotApplicable(steps().map(({ code }) => code))
    }
    await staged.commit()
    await rowStore.keepIndex(staged.sha256, index)
    const appliedAtMs = clock()
    const place = { contentBefore: dataset.contentSha256, contentAfter: staged.sha256, appliedAtMs }
    const made = steps().map((step): AppliedFix => ({ ...step, ...place }))
    return replaceContent(dataset, staged, scan, [...dataset.appliedFixes, ...made])
  }

  async function undoFix(id: string): Promise<Dataset> {
    const dataset = getDataset(db, id)
    const newest = dataset.appliedFixes.at(-1)
    if (!newest) throw fixNotApplicable([])
    const scan = await scanContent(store.read(newest.contentBefore))
    const appliedFixes = dataset.appliedFixes.filter(
      ({ contentAfter, appliedAtMs }) =>
        contentAfter !== newest.contentAfter || appliedAtMs !== newest.appliedAtMs,
    )
    const sizeBytes = await store.sizeOf(newest.contentBefore)
    return replaceContent(dataset, { sha256: newest.contentBefore, sizeBytes }, scan, appliedFixes)
  }

  /** Another process may have changed the dataset since it was read; its work is not overwritten. */
  function replaceContent(
    before: Dataset,
    { sha256, sizeBytes }: Pick<StagedContent, 'sha256' | 'sizeBytes'>,
    scan: ScanReport,
    appliedFixes: AppliedFix[],
  ): Dataset {
    const dataset = transact(db, () => {
      const current = getDataset(db, before.id)
      if (current.contentSha256 !== before.contentSha256) {
        throw new AppError('FileChanged', `${before.name} was changed meanwhile`, {
          details: { name: before.name, path: before.sourceName },
        })
      }
      const changed = { ...current, contentSha256: sha256, sizeBytes, scan, appliedFixes }
      const saved: Dataset = { ...changed, updatedAtMs: clock() }
      saveDataset(db, saved)
      return saved
    })
    publish('dataset.changed', dataset)
    return dataset
  }

  function rename(id: string, name: string): Dataset {
    const dataset = transact(db, () => {
      const renamed = { ...getDataset(db, id), name, updatedAtMs: clock() }
      saveDataset(db, renamed)
      return renamed
    })
    publish('dataset.changed', dataset)
    return dataset
  }

  async function remove(id: string): Promise<void> {
    const unreferenced = transact(db, () => {
      const before = listReferencedContent(db)
      const { name } = getDataset(db, id)
      if (isDatasetInTraining(db, id)) {
        throw new AppError('DatasetInUse', `${name} is being trained on`, { details: { name } })
      }
      deleteDataset(db, id)
      const after = listReferencedContent(db)
      return [...before].filter((sha256) => !after.has(sha256))
    })
    for (const sha256 of unreferenced) await store.remove(sha256)
  }

  const removeUnreferenced = () => store.removeExcept(listReferencedContent(db))

  async function rows({ id, offset, limit }: { id: string; offset: number; limit: number }) {
    const { contentSha256, scan } = getDataset(db, id)
    return { total: scan.rowCount, rows: await rowStore.page(contentSha256, offset, limit) }
  }

  return {
    rowStore,
    import: importFile,
    list: () => listDatasets(db),
    get: (id) => getDataset(db, id),
    rows,
    fix,
    addVersion: async (id, step, chunks) => addSteps(getDataset(db, id), chunks, () => [step]),
    undoFix,
    rename,
    delete: remove,
    readExamples: async (id, roles, contentSha256, groupColumn) =>
      readTrainingExamples(
        store.read(contentSha256 ?? getDataset(db, id).contentSha256),
        roles,
        groupColumn,
      ),
    exportTo: async (id, path) =>
      writeFileWhole(path, store.read(getDataset(db, id).contentSha256)),
    removeUnreferenced,
  }
}

/**
 * @throws AppError FixNotApplicable when the scan found nothing of it
 */
function codesToApply(codes: readonly FindingCode[], scan: ScanReport): Set<FindingCode> {
  const fixable = scan.findings.filter((finding) => finding.fixable).map(({ code }) => code)
  const wanted = fixable.filter((code) => codes.includes(code))
  if (wanted.length === 0) throw fixNotApplicable(codes)
  const safe = safeRepairs(scan.findings)
  const isAllSafe = safe.length > 0 && safe.every((code) => wanted.includes(code))
  if (!isAllSafe) return new Set(wanted)
  const unasked = redactions.filter((code) => !wanted.includes(code))
  const all = findingCodeSchema.options.filter((code) => !unasked.includes(code))
  return harmless(all, scan)
}

function fixNotApplicable(codes: readonly StepCode[]): AppError {
  return new AppError('FixNotApplicable', 'There is nothing to repair', {
    details: { codes: codes.join(', ') },
  })
}
