/**
 * What reads or makes a whole table: an import, a repair, the edits made a version. Done in a thread of its own, so that
 * the window never waits for it; the caller commits what was staged, and keeps the record.
 */
import { z } from 'zod'
import { findingCodeSchema, importChoiceSchema, type Lineage } from '../../../shared/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import { rowEditSchema } from '../../../shared/workbench/edits.ts'
import { Overlay } from '../../../shared/workbench/overlay.ts'
import { createContentStore, readToEnd, type ContentStore } from '../content.ts'
import type { CreateContentFile, OpenFile, WrittenFile } from '../contentFile.ts'
import { applyFixes } from '../fix.ts'
import type { JsonFault } from '../intake/jsonValues.ts'
import { openSource } from '../intake/source.ts'
import { createRowStore } from '../rowStore.ts'
import { scanTable, type TableScan } from '../scan.ts'
import { toUtf8, type Chunks } from '../textEncoding.ts'
import type { TextSlots } from '../textSlots.ts'
import type { TableShape } from '../textSource.ts'
import { editedText } from '../workbench/editedText.ts'

const contentSchema = z.object({
  contentDirectory: z.string(),
  /** Where the new content is written. */
  stagingPath: z.string(),
})

export const stageTaskSchema = z.discriminatedUnion('kind', [
  /** Any file that openSource reads. */
  contentSchema.extend({
    kind: z.literal('import'),
    path: z.string(),
    choice: importChoiceSchema.optional(),
  }),
  /** The content without these findings. */
  contentSchema.extend({
    kind: z.literal('fix'),
    contentSha256: z.string(),
    codes: z.array(findingCodeSchema),
  }),
  /** The content with these edits. */
  contentSchema.extend({
    kind: z.literal('edit'),
    contentSha256: z.string(),
    edits: z.array(rowEditSchema),
  }),
  /** The same without excluded rows: what is trained on, so nobody scans it. */
  contentSchema.extend({
    kind: z.literal('trainingContent'),
    contentSha256: z.string(),
    edits: z.array(rowEditSchema),
  }),
  /** Nothing new: the content is looked at again. */
  z.object({ kind: z.literal('scan'), contentDirectory: z.string(), contentSha256: z.string() }),
])
export type StageTask = z.infer<typeof stageTaskSchema>

export interface ImportedSource {
  readonly lineage: Lineage
  readonly faults: { readonly count: number; readonly first: readonly JsonFault[] }
}

/** What a task of each kind gives. */
export interface StageResults {
  readonly import: { written: WrittenFile; scan: TableScan; source: ImportedSource }
  readonly fix: { written: WrittenFile; scan: TableScan; counts: [FindingCode, number][] }
  readonly edit: { written: WrittenFile; scan: TableScan }
  readonly trainingContent: { written: WrittenFile }
  readonly scan: { scan: TableScan }
}
type FindingCode = z.infer<typeof findingCodeSchema>
type TaskOf<K extends StageTask['kind']> = Extract<StageTask, { kind: K }>

export interface StageHooks {
  readonly signal?: AbortSignal | undefined
  /** Bytes of the file that were read so far. */
  readonly onRead?: ((bytes: number) => void) | undefined
  readonly onTable?: ((shape: TableShape) => void) | undefined
}

/** @throws AppError of the task; Cancelled when the signal was aborted. Nothing is left behind then. */
export type RunStageTask = <K extends StageTask['kind']>(
  task: TaskOf<K>,
  hooks?: StageHooks,
) => Promise<StageResults[K]>

export interface StageFiles {
  readonly createFile?: CreateContentFile
  /** Opens the file that is imported. */
  readonly open?: OpenFile
  /** What it is read into, when `createFile` writes from there. */
  readonly slots?: TextSlots
}

/** Does a task in the caller's thread. @throws AppError as RunStageTask does */
export async function runStageTask<K extends StageTask['kind']>(
  task: TaskOf<K>,
  hooks: StageHooks = {},
  files: StageFiles = {},
): Promise<StageResults[K]> {
  const store = createContentStore(task.contentDirectory, files.createFile)
  return (await run(store, task, hooks, files)) as StageResults[K] // as `run` gives for each kind
}

async function run(
  store: ContentStore,
  task: StageTask,
  hooks: StageHooks,
  files: StageFiles,
): Promise<StageResults[StageTask['kind']]> {
  switch (task.kind) {
    case 'import':
      return importFile(store, task, hooks, files)
    case 'fix': {
      const fixes = applyFixes(store.read(task.contentSha256), new Set(task.codes))
      const staged = await stageScanned(store, fixes.chunks, await sized(store, task), hooks)
      return { ...staged, counts: [...fixes.counts] }
    }
    case 'edit':
      return stageScanned(store, await edited(store, task, false), await sized(store, task), hooks)
    case 'trainingContent': {
      const chunks = whileWanted(await edited(store, task, true), hooks.signal)
      const { staged } = await store.stage(chunks, readToEnd, task.stagingPath)
      return { written: writtenAs(staged) }
    }
    case 'scan':
      return { scan: await scanTable(store.read(task.contentSha256), { ...signalOf(hooks) }) }
  }
}

async function importFile(
  store: ContentStore,
  { path, choice, stagingPath }: TaskOf<'import'>,
  hooks: StageHooks,
  { open, slots }: StageFiles,
): Promise<StageResults['import']> {
  const { onRead } = hooks
  const source = await openSource(path, choice, { open, memory: slots, ...signalOf(hooks) })
  try {
    const text = toUtf8(whileWanted(source.chunks(onRead), hooks.signal), source.encoding)
    const task = { stagingPath, expectedBytes: source.sizeBytes, slots }
    const staged = await stageScanned(store, text, task, hooks)
    const { lineage, faults } = source
    return { ...staged, source: { lineage, faults } }
  } finally {
    await source.close()
  }
}

interface ScannedFile {
  readonly stagingPath: string
  readonly expectedBytes: number
  /** Where the text may lie. */
  readonly slots?: TextSlots | undefined
}

async function stageScanned(
  store: ContentStore,
  text: Chunks,
  { stagingPath, expectedBytes, slots }: ScannedFile,
  { onTable, ...hooks }: StageHooks,
): Promise<{ written: WrittenFile; scan: TableScan }> {
  const options = {
    encoding: 'utf-8',
    expectedBytes,
    slots,
    ...signalOf(hooks),
    ...(onTable && { onTable }),
  }
  const { staged, result } = await store.stage(
    text,
    (chunks) => scanTable(chunks, options),
    stagingPath,
  )
  return { written: writtenAs(staged), scan: result }
}

/** The new content will be about as long as the old one. */
async function sized(
  store: ContentStore,
  { stagingPath, contentSha256 }: { stagingPath: string; contentSha256: string },
): Promise<ScannedFile> {
  return { stagingPath, expectedBytes: await store.sizeOf(contentSha256).catch(() => 0) }
}

/** What can go to another thread. */
function writtenAs({ sha256, sizeBytes }: WrittenFile): WrittenFile {
  return { sha256, sizeBytes }
}

async function edited(
  store: ContentStore,
  { contentSha256, edits }: Pick<TaskOf<'edit'>, 'contentSha256' | 'edits'>,
  withoutExcluded: boolean,
): Promise<Chunks> {
  const index = await createRowStore(store).open(contentSha256)
  const overlay = new Overlay(index.rowCount, index.columns.length, edits)
  return editedText(store, contentSha256, index, overlay, { withoutExcluded })
}

/** The chunks until the signal is aborted. @throws AppError Cancelled */
async function* whileWanted(chunks: Chunks, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (signal?.aborted) throw new AppError('Cancelled', 'The work on the table was cancelled')
    yield chunk
  }
}

function signalOf({ signal }: StageHooks): { signal?: AbortSignal } {
  return signal ? { signal } : {}
}
