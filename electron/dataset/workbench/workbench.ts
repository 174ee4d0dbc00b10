/**
 * The workbench: rows as they are edited, shown, searched and divided. An edit is one row in the database before it shows;
 * the stored content changes only when the edits are saved as a new version, and the old one stays.
 */
import type { AppliedFix, ColumnRoles, Dataset } from '../../../shared/dataset.ts'
import { AppError, toAppError } from '../../../shared/errors.ts'
import {
  historyOf,
  type EditEntry,
  type Replacement,
  type RowEdit,
} from '../../../shared/workbench/edits.ts'
import { RowSet, toRanges } from '../../../shared/workbench/rowSet.ts'
import { splitSeed, type SplitChoice } from '../../../shared/workbench/splitChoice.ts'
import { leakageFinding, withoutLeakage } from '../../../shared/workbench/splitLeakage.ts'
import {
  splitPreviewSchema,
  type SplitPreview,
  type SplitRequest,
} from '../../../shared/workbench/splitPlan.ts'
import { blockToText, mostBlockRows } from '../../../shared/workbench/cellBlock.ts'
import type { DatasetProfile, ProfileRequest } from '../../../shared/workbench/profile.ts'
import { datasetProfileSchema } from '../../../shared/workbench/profile.ts'
import type {
  FindRequest,
  GridRow,
  ViewRequest,
  WorkbenchState,
} from '../../../shared/workbench/view.ts'
import {
  appendEdit,
  countEdits,
  findRoles,
  findSplitChoice,
  listEdits,
  saveRoles,
  saveSplitChoice,
} from '../../db/datasetEdits.ts'
import type { WritableDb } from '../../db/database.ts'
import type { DatasetService } from '../datasetService.ts'
import { pinPlan } from '../split/pinPlan.ts'
import { carryExclusions } from './carryExclusions.ts'
import { OpenDataset } from './openDataset.ts'
import { readEditedRows, readRowsByNumber, type EditedRow } from './rowReader.ts'
import { runInWorker, type RunRowTask } from './runInWorker.ts'
import type { RowTask } from './rowTask.ts'

export interface Tokenizer {
  readonly baseModelId: string
  readonly document: string
  readonly limit: number | null
  readonly templateText: string
}

export interface WorkbenchOptions {
  readonly db: WritableDb
  readonly datasets: DatasetService
  readonly contentDirectory: string
  /** How a base model cuts text; null where that can't be known now. */
  readonly tokenizerOf: (baseModelId: string) => Promise<Tokenizer | null>
  readonly onProgress: (datasetId: string, what: 'profile' | 'split', fraction: number) => void
  readonly clock: () => number
  readonly runTask?: RunRowTask
}

export type Background = 'view' | 'find' | 'profile' | 'split'

export interface Workbench {
  /** All rows, as they stand. @throws AppError DatasetNotFound, as do the others that take an id */
  open(datasetId: string): Promise<WorkbenchState>
  /** A newer view, search, profile or split of a dataset cancels an older one. @throws AppError Cancelled */
  show(request: ViewRequest): Promise<WorkbenchState>
  page(
    datasetId: string,
    offset: number,
    limit: number,
  ): Promise<{ revision: string; rows: GridRow[] }>
  cell(datasetId: string, row: number, column: number): Promise<string>
  edit(datasetId: string, edit: RowEdit): Promise<WorkbenchState>
  /** Deletes, excludes or includes the rows that stand at these places of the view, both included. */
  editPlaces(
    datasetId: string,
    places: { from: number; to: number },
    action: 'delete' | 'exclude' | 'include',
  ): Promise<WorkbenchState>
  /** Cells of these places of the view, both included, as a spreadsheet takes them. @param column all when null */
  copyText(
    datasetId: string,
    places: { from: number; to: number },
    column: number | null,
  ): Promise<{ text: string; rows: number }>
  /** Writes a block of cells from a place of the view on, as one step; rows beyond the last one are added. */
  paste(
    datasetId: string,
    at: { place: number; column: number },
    block: readonly (readonly string[])[],
  ): Promise<WorkbenchState>
  undo(datasetId: string): Promise<WorkbenchState>
  redo(datasetId: string): Promise<WorkbenchState>
  /** @returns how many of the rows shown hold the text */
  find(request: FindRequest): Promise<{ count: number }>
  findStep(
    datasetId: string,
    from: number,
    forward: boolean,
  ): Promise<{ ordinal: number; place: number; row: number } | null>
  countReplacements(
    datasetId: string,
    replacement: Replacement,
  ): Promise<{ places: number; rows: number }>
  /** Where a row stands in the view; -1 when it isn't shown. */
  placeOf(datasetId: string, row: number): Promise<number>
  /** Makes the edits a stored version; the dataset as it is when there are none. @throws AppError FileChanged, DiskFull */
  save(datasetId: string): Promise<Dataset>
  /** The content to train on: with the edits, and without excluded rows. @throws AppError DiskFull */
  trainingContent(datasetId: string): Promise<string>
  /** All rows that would be exported: as edited, without excluded ones. */
  rows(
    datasetId: string,
  ): Promise<{ columns: readonly string[]; batches: AsyncGenerator<EditedRow[]> }>
  roles(datasetId: string): ColumnRoles | null
  setRoles(datasetId: string, roles: ColumnRoles): void
  profile(request: ProfileRequest): Promise<DatasetProfile>
  /** What a split gives, of the rows as they stand. @throws AppError ColumnNotFound, Cancelled, and why it can't be divided so */
  previewSplit(request: SplitRequest): Promise<SplitPreview>
  /** Null until one was chosen. */
  splitChoice(datasetId: string): SplitChoice | null
  setSplitChoice(datasetId: string, choice: SplitChoice): void
  /**
   * Divides the dataset so that no question stands on both sides, as a step that can be undone.
   *
   * @throws AppError FixNotApplicable when none does, or when one side would be left without rows
   */
  keepQuestionsApart(datasetId: string): Promise<Dataset>
  cancel(datasetId: string, what: Background): void
  close(): void
}

/** What the grid shows of a cell. */
const shownCharacters = 600
const mostOpen = 8
const mostProfiles = 16
const mostSplits = 16

export function createWorkbench(options: WorkbenchOptions): Workbench {
  const { db, datasets, contentDirectory, clock } = options
  const { rowStore } = datasets
  const runTask = options.runTask ?? runInWorker
  const opened = new Map<string, Promise<OpenDataset>>()
  const saving = new Map<string, Promise<Dataset>>()
  const background = new Map<string, AbortController>()
  const profiles = new Map<string, DatasetProfile>()
  /** Those that are being made, too: whoever asks for the same waits for it. */
  const splits = new Map<string, Promise<SplitPreview>>()
  /** Of each dataset the key of the one that is being made. */
  const splitting = new Map<string, string>()
  /** Of each dataset what was asked last of its split; nothing once that was cancelled. */
  const asked = new Map<string, string>()
  /** Of each dataset the newest content that was made to train on, or is being made, and of which state. */
  const trained = new Map<string, { readonly state: string; readonly content: Promise<string> }>()

  /** As it stands: another process, a fix or an undo may have changed content or log since it was opened. */
  async function current(datasetId: string): Promise<OpenDataset> {
    await saving.get(datasetId)?.catch(() => undefined)
    const { contentSha256 } = datasets.get(datasetId)
    const known = await opened.get(datasetId)?.catch(() => undefined)
    const log = { datasetId, contentSha256 }
    const isCurrent =
      known?.contentSha256 === contentSha256 && known.logLength === countEdits(db, log)
    if (isCurrent) return known
    const opening = load(datasetId, contentSha256)
    opened.delete(datasetId)
    opened.set(datasetId, opening)
    const [oldest] = opened.keys()
    if (opened.size > mostOpen && oldest !== undefined) opened.delete(oldest)
    opening.catch(() => opened.delete(datasetId))
    return opening
  }

  async function load(datasetId: string, contentSha256: string): Promise<OpenDataset> {
    const log = { datasetId, contentSha256 }
    if (countEdits(db, log) === 0) await takeOverExclusions(datasetId, contentSha256)
    const index = await rowStore.open(contentSha256)
    return new OpenDataset(datasetId, contentSha256, index, listEdits(db, log))
  }

  /** What was excluded before a fix or an edit stays excluded after it, along the whole chain of steps. */
  async function takeOverExclusions(datasetId: string, contentSha256: string): Promise<void> {
    const { appliedFixes } = datasets.get(datasetId)
    const isOrigin = ({ contentBefore, contentAfter }: AppliedFix) =>
      contentAfter === contentSha256 && contentBefore !== contentSha256
    const step = appliedFixes.findLast(isOrigin)
    if (!step) return
    const log = { datasetId, contentSha256: step.contentBefore }
    const isFirst = appliedFixes[0] === step
    if (countEdits(db, log) === 0 && !isFirst)
      await takeOverExclusions(datasetId, step.contentBefore)
    if (countEdits(db, log) === 0) return
    const edits = historyOf(listEdits(db, log)).done
    const before = { contentSha256: step.contentBefore, edits, isEdited: step.code === 'edit' }
    const exclusion = await carryExclusions(rowStore, before, contentSha256)
    const isStillEmpty = countEdits(db, { datasetId, contentSha256 }) === 0
    if (exclusion && isStillEmpty) appendEdit(db, { datasetId, contentSha256 }, exclusion, clock())
  }

  async function append(datasetId: string, entry: EditEntry): Promise<WorkbenchState> {
    const dataset = await current(datasetId)
    const { contentSha256 } = dataset
    dataset.apply(entry, appendEdit(db, { datasetId, contentSha256 }, entry, clock()))
    return dataset.state()
  }

  /** Nothing to take back is nothing to record. */
  async function step(datasetId: string, kind: 'undo' | 'redo'): Promise<WorkbenchState> {
    const state = (await current(datasetId)).state()
    const canStep = kind === 'undo' ? state.canUndo : state.canRedo
    return canStep ? append(datasetId, { kind }) : state
  }

  /** @throws AppError Cancelled when a newer one of the kind took its place */
  async function inBackground(
    what: Background,
    task: RowTask,
    datasetId: string,
  ): Promise<unknown> {
    const key = `${what} ${datasetId}`
    background.get(key)?.abort()
    const controller = new AbortController()
    background.set(key, controller)
    try {
      const onProgress =
        what === 'profile' || what === 'split'
          ? (fraction: number) => options.onProgress(datasetId, what, fraction)
          : () => undefined
      // Not where the one before it had come to.
      onProgress(0)
      return await runTask(task, { signal: controller.signal, onProgress })
    } finally {
      if (background.get(key) === controller) background.delete(key)
    }
  }

  const stateOf = ({ contentSha256, edits }: OpenDataset) => ({
    contentDirectory,
    contentSha256,
    edits: [...edits],
  })

  async function show({ datasetId, filters, sort }: ViewRequest): Promise<WorkbenchState> {
    const dataset = await current(datasetId)
    if (filters.length === 0 && sort === null) {
      dataset.show(null)
      return dataset.state()
    }
    const task: RowTask = { kind: 'view', ...stateOf(dataset), filters, sort }
    const rows = asRows(await inBackground('view', task, datasetId))
    // What was edited while it was being made shows by number; only deleted rows have to go.
    const now = await current(datasetId)
    now.show(rows)
    now.view.dropDeleted()
    return now.state()
  }

  async function page(datasetId: string, offset: number, limit: number) {
    const dataset = await current(datasetId)
    const { contentSha256, overlay, view } = dataset
    const { revision } = dataset.state()
    const numbers = view.slice(offset, limit)
    const rows = await readRowsByNumber(rowStore, contentSha256, overlay, numbers)
    return {
      revision,
      rows: rows.map(({ row, cells }): GridRow => ({
        row,
        cells: cells.map(shorten),
        isExcluded: overlay.excluded.has(row),
        isAdded: overlay.isAdded(row),
        edited: overlay.writtenColumns(row),
      })),
    }
  }

  async function cell(datasetId: string, row: number, column: number): Promise<string> {
    const { contentSha256, overlay } = await current(datasetId)
    const [found] = await readRowsByNumber(rowStore, contentSha256, overlay, [row])
    return found?.cells[column] ?? ''
  }

  async function editPlaces(
    datasetId: string,
    { from, to }: { from: number; to: number },
    action: 'delete' | 'exclude' | 'include',
  ): Promise<WorkbenchState> {
    const { view } = await current(datasetId)
    const numbers = view.slice(from, to - from + 1).sort((a, b) => a - b)
    if (numbers.length === 0) return (await current(datasetId)).state()
    const rows = toRanges(numbers)
    const edit: RowEdit =
      action === 'delete'
        ? { kind: 'delete', rows }
        : { kind: 'exclude', rows, excluded: action === 'exclude' }
    return append(datasetId, edit)
  }

  async function copyText(
    datasetId: string,
    { from, to }: { from: number; to: number },
    column: number | null,
  ): Promise<{ text: string; rows: number }> {
    const { contentSha256, overlay, view } = await current(datasetId)
    const numbers = view.slice(from, Math.min(to - from + 1, mostBlockRows))
    const rows = await readRowsByNumber(rowStore, contentSha256, overlay, numbers)
    const block = rows.map(({ cells }) => (column === null ? cells : [cells[column] ?? '']))
    // One cell is copied as it is: whoever pastes it into a text wants no quotes.
    const isCell = column !== null && block.length === 1
    return { text: isCell ? (block[0]?.[0] ?? '') : blockToText(block), rows: block.length }
  }

  async function paste(
    datasetId: string,
    { place, column }: { place: number; column: number },
    block: readonly (readonly string[])[],
  ): Promise<WorkbenchState> {
    const dataset = await current(datasetId)
    const { view, index } = dataset
    const numbers = view.slice(place, block.length)
    const width = index.columns.length - column
    const written = block.map((cells) => cells.slice(0, width))
    const cells = numbers.flatMap((row, at) =>
      (written[at] ?? []).map((value, offset) => ({ row, column: column + offset, value })),
    )
    const before = new Array<string>(column).fill('')
    const rows = written.slice(numbers.length).map((values) => [...before, ...values])
    if (cells.length + rows.length === 0) return dataset.state()
    return append(datasetId, { kind: 'paste', cells, rows })
  }

  async function find(request: FindRequest): Promise<{ count: number }> {
    const { datasetId } = request
    const task: RowTask = { kind: 'find', ...stateOf(await current(datasetId)), request }
    const rows = asRows(await inBackground('find', task, datasetId))
    const dataset = await current(datasetId)
    const places = Array.from(rows, (row) => dataset.view.placeOf(row)).filter(
      (place) => place >= 0,
    )
    dataset.found = places.sort((a, b) => a - b)
    return { count: dataset.found.length }
  }

  async function findStep(datasetId: string, from: number, forward: boolean) {
    const { found, view } = await current(datasetId)
    if (found.length === 0) return null
    // Past the last one it goes on at the other end.
    const next = forward
      ? Math.max(
          found.findIndex((place) => place >= from),
          0,
        )
      : found.findLastIndex((place) => place <= from)
    const index = next === -1 ? found.length - 1 : next
    const place = found[index] ?? 0
    return { ordinal: index + 1, place, row: view.rowAt(place) }
  }

  async function countReplacements(datasetId: string, replacement: Replacement) {
    const state = stateOf(await current(datasetId))
    const task: RowTask = { kind: 'countReplacements', ...state, replacement }
    return (await inBackground('find', task, datasetId)) as { places: number; rows: number } // as rowTask.ts gives
  }

  function save(datasetId: string): Promise<Dataset> {
    const running = saving.get(datasetId)
    if (running) return running
    const work = current(datasetId).then(saveNow)
    saving.set(datasetId, work)
    const finish = () => saving.delete(datasetId)
    work.then(finish, finish)
    return work
  }

  async function saveNow({ datasetId, contentSha256, edits, logLength }: OpenDataset) {
    if (edits.every(({ kind }) => kind === 'exclude')) return datasets.get(datasetId)
    return datasets.saveEdits(datasetId, edits, () => {
      // Whoever wrote meanwhile would lose it.
      if (countEdits(db, { datasetId, contentSha256 }) !== logLength) {
        throw changedMeanwhile(datasetId)
      }
    })
  }

  function changedMeanwhile(datasetId: string): AppError {
    const { name, sourceName } = datasets.get(datasetId)
    return new AppError('FileChanged', `${name} was changed meanwhile`, {
      details: { name, path: sourceName },
      retryable: true,
    })
  }

  /** Edits need not be saved for it: what is trained on is kept by its own hash, and the log can still be undone. */
  async function trainingContent(datasetId: string): Promise<string> {
    const dataset = await current(datasetId)
    const { contentSha256, edits } = dataset
    if (edits.length === 0) return contentSha256
    const state = stateOfRows(dataset)
    const known = trained.get(datasetId)
    if (known?.state === state) return known.content
    const made = { state, content: datasets.keepTrainingContent(contentSha256, edits) }
    trained.set(datasetId, made)
    made.content.catch(() => trained.get(datasetId) === made && trained.delete(datasetId))
    return made.content
  }

  async function rows(datasetId: string) {
    const { contentSha256, index, overlay } = await current(datasetId)
    async function* batches() {
      for await (const batch of readEditedRows(rowStore, contentSha256, overlay))
        yield batch.filter(({ row }) => !overlay.excluded.has(row))
    }
    return { columns: index.columns, batches: batches() }
  }

  async function profile({
    datasetId,
    columns,
    baseModelId,
  }: ProfileRequest): Promise<DatasetProfile> {
    const dataset = await current(datasetId)
    const key = JSON.stringify([
      datasetId,
      dataset.contentSha256,
      dataset.logLength,
      columns,
      baseModelId,
    ])
    const known = profiles.get(key)
    if (known) return known
    const tokenizer = baseModelId === null ? null : await options.tokenizerOf(baseModelId)
    const task: RowTask = { kind: 'profile', ...stateOf(dataset), datasetId, columns, tokenizer }
    const made = datasetProfileSchema.parse(await inBackground('profile', task, datasetId))
    profiles.set(key, made)
    const [oldest] = profiles.keys()
    if (profiles.size > mostProfiles && oldest !== undefined) profiles.delete(oldest)
    return made
  }

  const roles = (datasetId: string) =>
    findRoles(db, datasetId) ?? datasets.get(datasetId).scan.suggestedRoles
  const splitChoice = (datasetId: string) => findSplitChoice(db, datasetId) ?? null

  async function previewSplit(request: SplitRequest): Promise<SplitPreview> {
    const { datasetId } = request
    const state = stateOfRows(await current(datasetId))
    const question = JSON.stringify([state, request])
    asked.set(datasetId, question)
    const contentSha256 = await trainingContent(datasetId)
    const split = await pinPlan(request.split, trainingContent)
    // Edited rows are written first, which takes a while: it may have been stopped, or something newer was asked.
    if (asked.get(datasetId) !== question)
      throw new AppError('Cancelled', 'The look at the split was cancelled')
    const wanted = { ...request, split: split ?? { kind: 'random' as const } }
    const preview = await keptPreview(contentSha256, wanted)
    const { leakage } = preview
    const examples = await withPlaces(
      split?.kind === 'file' ? split.datasetId : datasetId,
      leakage.examples,
    )
    return { ...preview, leakage: { ...leakage, examples } }
  }

  function keptPreview(contentSha256: string, request: SplitRequest): Promise<SplitPreview> {
    const { datasetId } = request
    const key = JSON.stringify([contentSha256, request])
    const known = splits.get(key)
    if (known) return known
    dropSplitting(datasetId)
    const task: RowTask = { kind: 'split', contentDirectory, contentSha256, request }
    const making = inBackground('split', task, datasetId).then((made) =>
      splitPreviewSchema.parse(made),
    )
    splits.set(key, making)
    splitting.set(datasetId, key)
    const isNewest = () => splits.get(key) === making
    making.then(
      () => isNewest() && splitting.delete(datasetId),
      () => isNewest() && dropSplitting(datasetId),
    )
    const [oldest] = splits.keys()
    if (splits.size > mostSplits && oldest !== undefined) splits.delete(oldest)
    return making
  }

  /** Nobody else is to wait for what is cancelled or has failed. */
  function dropSplitting(datasetId: string): void {
    splits.delete(splitting.get(datasetId) ?? '')
    splitting.delete(datasetId)
  }

  function cancel(datasetId: string, what: Background): void {
    if (what === 'split') {
      asked.delete(datasetId)
      dropSplitting(datasetId)
    }
    background.get(`${what} ${datasetId}`)?.abort()
  }

  /** From rows as they are trained on to those of the grid, with the lines of those that stand in the file. */
  async function withPlaces(
    datasetId: string,
    examples: SplitPreview['leakage']['examples'],
  ): Promise<SplitPreview['leakage']['examples']> {
    const { contentSha256, overlay } = await current(datasetId)
    const leftOut = new RowSet()
    leftOut.add([...overlay.deleted.ranges(), ...overlay.excluded.ranges()])
    return Promise.all(
      examples.map(async (example) => {
        const row = leftOut.nthOutside(example.row - 1)
        if (overlay.isAdded(row)) return { ...example, row, line: null }
        const [stored] = await rowStore.page(contentSha256, row - 1, 1)
        return { ...example, row, line: stored?.line ?? null }
      }),
    )
  }

  async function keepQuestionsApart(datasetId: string): Promise<Dataset> {
    const details = { codes: 'split-leakage' }
    const nothing = new AppError('FixNotApplicable', 'No questions can be kept apart', { details })
    const [columns, choice] = [roles(datasetId), splitChoice(datasetId)]
    if (!columns || !choice) throw nothing
    const look = (wanted: SplitChoice) => previewSplit({ datasetId, columns, splitSeed, ...wanted })
    const finding = leakageFinding(await look(choice), choice.split)
    if (!finding?.fixable) throw nothing
    const apart = withoutLeakage(choice)
    try {
      await look(apart)
    } catch (error) {
      const { code } = toAppError(error)
      throw code === 'SplitImpossible' || code === 'NothingToValidate' ? nothing : error
    }
    return datasets.changeSplit(datasetId, apart, finding)
  }

  return {
    async open(datasetId) {
      const dataset = await current(datasetId)
      dataset.show(null)
      return dataset.state()
    },
    show,
    page,
    cell,
    edit: append,
    editPlaces,
    copyText,
    paste,
    undo: (datasetId) => step(datasetId, 'undo'),
    redo: (datasetId) => step(datasetId, 'redo'),
    find,
    findStep,
    countReplacements,
    placeOf: async (datasetId, row) => (await current(datasetId)).view.placeOf(row),
    save,
    trainingContent,
    rows,
    roles,
    setRoles: (datasetId, roles) => saveRoles(db, datasets.get(datasetId).id, roles),
    profile,
    previewSplit,
    splitChoice,
    setSplitChoice: (datasetId, choice) => saveSplitChoice(db, datasets.get(datasetId).id, choice),
    keepQuestionsApart,
    cancel,
    close: () => background.forEach((controller) => controller.abort()),
  }
}

/** The same as long as no row is edited. */
function stateOfRows({ contentSha256, logLength }: OpenDataset): string {
  return `${contentSha256} ${logLength}`
}

function asRows(result: unknown): Uint32Array {
  if (result instanceof Uint32Array) return result
  throw new AppError('Internal', 'The row worker gave no rows')
}

function shorten(text: string): string {
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text
}
