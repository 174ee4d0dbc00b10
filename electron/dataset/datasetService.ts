/** Datasets from import to training examples: content in the store, the record in the database. */
import { randomUUID } from 'node:crypto'
import { basename, parse } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  findingCodeSchema,
  isDeliberate,
  safeRepairs,
  type AppliedFix,
  type Dataset,
  type DatasetRow,
  type FindingCode,
  type ImportChoice,
  type ScanReport,
  type StepCode,
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
import { findSplitChoice, saveSplitChoice } from '../db/datasetEdits.ts'
import type { RowEdit } from '../../shared/workbench/edits.ts'
import type { SplitChoice } from '../../shared/workbench/splitChoice.ts'
import { withoutLeakage } from '../../shared/workbench/splitLeakage.ts'
import { createContentStore, writeFileWhole } from './content.ts'
import type { WrittenFile } from './contentFile.ts'
import { createRowStore, type RowStore } from './rowStore.ts'
import { harmless, requireRows } from './scanFile.ts'
import { aboutFile } from './sourceFile.ts'
import { stageInThread } from './staging/stageInThread.ts'
import type { RunStageTask, StageHooks, StageResults } from './staging/stageTask.ts'
import { unreadableRows } from './findings.ts'

export interface DatasetServiceOptions {
  readonly db: WritableDb
  /** Folder of the content store; made when missing. */
  readonly contentDirectory: string
  readonly publish: (event: 'dataset.changed', dataset: Dataset) => void
  /** Milliseconds since 1970. */
  readonly clock: () => number
  /** Reads and makes whole tables; in a thread of its own when left out. */
  readonly stage?: RunStageTask
}

export interface ImportOptions extends StageHooks {
  readonly choice?: ImportChoice
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
   * Makes the content with these edits the dataset's content, as one step that can be undone. Old content stays.
   *
   * @param confirm asked once the content is made: what it throws keeps the dataset as it is
   * @throws AppError FixNotApplicable when it is the same content, FileChanged when it was changed meanwhile, DiskFull
   */
  saveEdits(id: string, edits: readonly RowEdit[], confirm?: () => void): Promise<Dataset>
  /** Keeps content with these edits and without excluded rows, to train on. @returns its SHA-256 @throws AppError DiskFull */
  keepTrainingContent(contentSha256: string, edits: readonly RowEdit[]): Promise<string>
  /** Divides the dataset in another way, as a step that can be undone. */
  changeSplit(id: string, choice: SplitChoice, step: SplitStep): Dataset
  /** Takes back what the newest click on a fix changed. @throws AppError FixNotApplicable when there is none */
  undoFix(id: string): Promise<Dataset>
  /** Where the bytes of the imported file are stored; null when they were converted as they came in. */
  storedSource(id: string): string | null
  rename(id: string, name: string): Dataset
  /** @throws AppError DatasetInUse while a job started from it has not ended */
  delete(id: string): Promise<void>
  /** Writes the content as it stands to a file. @throws AppError DiskFull, DataDirectoryUnusable */
  exportTo(id: string, path: string): Promise<void>
  /** Removes what a crash left in the content store. */
  removeUnreferenced(): Promise<void>
}

/** What is recorded of a change of the split, and of how many places. */
export type SplitStep = Pick<AppliedFix, 'code' | 'count'>

export function createDatasetService(options: DatasetServiceOptions): DatasetService {
  const { db, contentDirectory, publish, clock, stage = stageInThread } = options
  const store = createContentStore(contentDirectory)
  const rowStore = createRowStore(store)
  /** Where and of what new content is made. */
  const making = (contentSha256: string) => ({ ...writing(), contentSha256 })
  const writing = () => ({ contentDirectory, stagingPath: store.stagingPath() })

  async function importFile(path: string, options: ImportOptions = {}): Promise<Dataset> {
    const { choice, reuse = false, name = basename(path), ...hooks } = options
    const task = { kind: 'import' as const, ...writing(), path, ...(choice && { choice }) }
    try {
      const result = await stage(task, hooks)
      return await committing(task.stagingPath, result.written, (commit) =>
        recordImport(result, { reuse, name }, commit),
      )
    } catch (error) {
      throw aboutFile(error, basename(path))
    }
  }

  /** @param record keeps the record; content that it doesn't keep, or that it throws about, is removed again */
  async function committing<T>(
    stagingPath: string,
    written: WrittenFile,
    record: (commit: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const staged = store.staged(stagingPath, written)
    try {
      return await record(staged.commit)
    } finally {
      // Once it is committed nothing lies there any more.
      await staged.discard()
    }
  }

  async function recordImport(
    { written, scan: { report, index }, source }: StageResults['import'],
    { reuse, name }: { reuse: boolean; name: string },
    commit: () => Promise<void>,
  ): Promise<Dataset> {
    const { faults, lineage } = source
    requireRows(report)
    const same =
      reuse && listDatasets(db).find(({ originalSha256 }) => originalSha256 === written.sha256)
    if (same) return same
    const findings =
      faults.count > 0
        ? [unreadableRows(faults.count, faults.first), ...report.findings]
        : report.findings
    const now = clock()
    const dataset: Dataset = {
      id: randomUUID(),
      name: parse(name.replace(/\.(?:gz|zip)$/i, '')).name,
      sourceName: name,
      sizeBytes: written.sizeBytes,
      contentSha256: written.sha256,
      originalSha256: written.sha256,
      createdAtMs: now,
      updatedAtMs: now,
      appliedFixes: [],
      lineage: { ...lineage, unreadable: faults.count },
      scan: { ...report, findings },
    }
    await commit()
    await rowStore.keepIndex(written.sha256, index)
    saveDataset(db, dataset)
    publish('dataset.changed', dataset)
    return dataset
  }

  async function fix(id: string, codes: readonly FindingCode[]): Promise<Dataset> {
    const dataset = getDataset(db, id)
    const wanted = [...codesToApply(codes, dataset.scan)]
    const task = { kind: 'fix' as const, ...making(dataset.contentSha256), codes: wanted }
    const result = await stage(task)
    const steps = result.counts.map(([code, count]) => ({ code, count }))
    return addSteps(dataset, task.stagingPath, result, steps)
  }

  async function saveEdits(
    id: string,
    edits: readonly RowEdit[],
    confirm: () => void = () => undefined,
  ): Promise<Dataset> {
    const dataset = getDataset(db, id)
    const task = { kind: 'edit' as const, ...making(dataset.contentSha256), edits: [...edits] }
    const result = await stage(task)
    const count = edits.filter(({ kind }) => kind !== 'exclude').length
    return addSteps(dataset, task.stagingPath, result, [{ code: 'edit', count }], confirm)
  }

  async function keepTrainingContent(
    contentSha256: string,
    edits: readonly RowEdit[],
  ): Promise<string> {
    const made = { ...making(contentSha256), edits: [...edits] }
    const task = { kind: 'trainingContent' as const, ...made }
    const { written } = await stage(task)
    await store.staged(task.stagingPath, written).commit()
    return written.sha256
  }

  function addSteps(
    dataset: Dataset,
    stagingPath: string,
    { written, scan: { report, index } }: StageResults['edit'],
    steps: readonly Pick<AppliedFix, 'code' | 'count'>[],
    confirm: () => void = () => undefined,
  ): Promise<Dataset> {
    return committing(stagingPath, written, async (commit) => {
      if (written.sha256 === dataset.contentSha256) {
        throw fixNotApplicable(steps.map(({ code }) => code))
      }
      confirm()
      await commit()
      await rowStore.keepIndex(written.sha256, index)
      const appliedAtMs = clock()
      const place = {
        contentBefore: dataset.contentSha256,
        contentAfter: written.sha256,
        appliedAtMs,
      }
      const made = steps.map((step): AppliedFix => ({ ...step, ...place }))
      return replaceContent(dataset, written, report, [...dataset.appliedFixes, ...made])
    })
  }

  async function undoFix(id: string): Promise<Dataset> {
    const dataset = getDataset(db, id)
    const newest = dataset.appliedFixes.at(-1)
    if (!newest) throw fixNotApplicable([])
    const { splitBefore } = newest
    if (splitBefore) {
      const own = withoutLeakage(splitBefore)
      // What was chosen since is not the step's to take back.
      const restored = (kept?: SplitChoice) => (isDeepStrictEqual(kept, own) ? splitBefore : kept)
      return keepSplit(id, restored, (steps) => without(steps, newest))
    }
    const before = newest.contentBefore
    const { scan } = await stage({ kind: 'scan', contentDirectory, contentSha256: before })
    const appliedFixes = without(dataset.appliedFixes, newest)
    const content = { sha256: before, sizeBytes: await store.sizeOf(before) }
    return replaceContent(dataset, content, scan.report, appliedFixes)
  }

  function changeSplit(id: string, choice: SplitChoice, { code, count }: SplitStep): Dataset {
    return keepSplit(
      id,
      () => choice,
      (steps, contentSha256, splitBefore) => {
        const place = { contentBefore: contentSha256, contentAfter: contentSha256 }
        return [...steps, { code, count, ...place, splitBefore, appliedAtMs: clock() }]
      },
    )
  }

  function keepSplit(
    id: string,
    choose: (kept?: SplitChoice) => SplitChoice | undefined,
    change: (
      steps: readonly AppliedFix[],
      contentSha256: string,
      splitBefore?: SplitChoice,
    ) => AppliedFix[],
  ): Dataset {
    const dataset = transact(db, () => {
      const current = getDataset(db, id)
      const kept = findSplitChoice(db, id)
      const choice = choose(kept)
      const appliedFixes = change(current.appliedFixes, current.contentSha256, kept)
      const saved: Dataset = { ...current, appliedFixes, updatedAtMs: clock() }
      if (choice) saveSplitChoice(db, id, choice)
      saveDataset(db, saved)
      return saved
    })
    publish('dataset.changed', dataset)
    return dataset
  }

  /** Another process may have changed the dataset since it was read; its work is not overwritten. */
  function replaceContent(
    before: Dataset,
    { sha256, sizeBytes }: WrittenFile,
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

  function storedSource(id: string): string | null {
    const { lineage, originalSha256 } = getDataset(db, id)
    const isStoredAsItWas =
      lineage?.format === 'csv' && lineage.encoding === 'utf-8' && lineage.delimiter === null
    return isStoredAsItWas ? store.pathOf(originalSha256) : null
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
    saveEdits,
    keepTrainingContent,
    changeSplit,
    undoFix,
    storedSource,
    rename,
    delete: remove,
    exportTo: async (id, path) =>
      writeFileWhole(path, store.read(getDataset(db, id).contentSha256)),
    removeUnreferenced,
  }
}

/** Without a step and what was made with it in one click. */
function without(steps: readonly AppliedFix[], { contentAfter, appliedAtMs }: AppliedFix) {
  return steps.filter(
    (step) => step.contentAfter !== contentAfter || step.appliedAtMs !== appliedAtMs,
  )
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
  const all = findingCodeSchema.options.filter(
    (code) => wanted.includes(code) || !isDeliberate(code),
  )
  return harmless(all, scan)
}

function fixNotApplicable(codes: readonly StepCode[]): AppError {
  return new AppError('FixNotApplicable', 'There is nothing to repair', {
    details: { codes: codes.join(', ') },
  })
}
