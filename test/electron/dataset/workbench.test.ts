import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createDatasetService,
  type DatasetService,
} from '../../../electron/dataset/datasetService.ts'
import { createWorkbench, type Workbench } from '../../../electron/dataset/workbench/workbench.ts'
import type { RowTask } from '../../../electron/dataset/workbench/rowTask.ts'
import { runInWorker } from '../../../electron/dataset/workbench/runInWorker.ts'
import { stageInThread } from '../../../electron/dataset/staging/stageInThread.ts'
import { openDatabase, type WritableDb } from '../../../electron/db/database.ts'
import { countEdits, listEdits } from '../../../electron/db/datasetEdits.ts'
import { splitSeed } from '../../../shared/workbench/splitChoice.ts'
import type { RowFilter, RowSort } from '../../../shared/workbench/view.ts'

let directory: string
let db: WritableDb
let datasets: DatasetService
let workbench: Workbench
let id: string
/** That were started. */
let tasks: RowTask[] = []
let onTask: () => void = () => undefined
/** Contents to train on that were made, and what they wait for. */
let contentsMade = 0
let beforeContent: Promise<void> = Promise.resolve()

const file = [
  'question,answer,product',
  'How do I return it?,"Send it back, please.",lamp',
  'Where is my order?,On its way.,desk',
  'How do I return it?,Twice asked.,lamp',
  'Ist das Glas dabei?,Ja.,',
  '怎么退货？,三十天内可以退货。,灯',
].join('\n')

function openServices(): void {
  const contentDirectory = path.join(directory, 'content')
  const clock = () => 1000
  datasets = createDatasetService({
    ...{ db, contentDirectory, publish: () => undefined, clock },
    stage: async (task, hooks) => {
      if (task.kind === 'trainingContent') {
        contentsMade += 1
        await beforeContent
      }
      return stageInThread(task, hooks)
    },
  })
  workbench = createWorkbench({
    db,
    datasets,
    contentDirectory,
    tokenizerOf: async () => null,
    onProgress: () => undefined,
    clock,
    runTask: (task, options) => {
      tasks.push(task)
      const result = runInWorker(task, options)
      onTask()
      return result
    },
  })
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-workbench-'))
  db = openDatabase(path.join(directory, 'timbre.db'))
  tasks = []
  contentsMade = 0
  beforeContent = Promise.resolve()
  openServices()
  const source = path.join(directory, 'questions.csv')
  await writeFile(source, file)
  id = (await datasets.import(source)).id
})

afterEach(async () => {
  workbench.close()
  db.close()
  await rm(directory, { recursive: true, force: true })
})

async function shown(column = 0): Promise<string[]> {
  const { rows } = await workbench.page(id, 0, 100)
  return rows.map(({ cells }) => cells[column] ?? '')
}

async function contentOf(datasetId = id): Promise<string> {
  const { contentSha256 } = datasets.get(datasetId)
  return readFile(path.join(directory, 'content', contentSha256), 'utf8')
}

test('opens a dataset with all its rows', async () => {
  expect(await workbench.open(id)).toMatchObject({
    columns: ['question', 'answer', 'product'],
    rowCount: 5,
    shownCount: 5,
    editCount: 0,
    canUndo: false,
    nextRedo: null,
  })
  const { rows } = await workbench.page(id, 1, 2)
  expect(rows.map(({ row, cells }) => [row, cells[0]])).toEqual([
    [2, 'Where is my order?'],
    [3, 'How do I return it?'],
  ])
})

test('edits show at once, are undone and done again, and outlive the process', async () => {
  await workbench.edit(id, { kind: 'set', row: 2, column: 1, value: 'Soon, "there"' })
  await workbench.editPlaces(id, { from: 0, to: 0 }, 'delete')
  await workbench.edit(id, { kind: 'add', rows: [['New?', 'Yes.']] })
  expect(await shown()).toEqual([
    'Where is my order?',
    'How do I return it?',
    'Ist das Glas dabei?',
    '怎么退货？',
    'New?',
  ])
  expect(await workbench.undo(id)).toMatchObject({
    rowCount: 4,
    nextUndo: 'delete',
    nextRedo: 'add',
  })
  await workbench.undo(id)
  expect(await shown()).toHaveLength(5)
  await workbench.redo(id)

  openServices()
  expect(await workbench.open(id)).toMatchObject({ rowCount: 4, canRedo: true, editCount: 2 })
  expect((await shown(1))[0]).toBe('Soon, "there"')
  const log = { datasetId: id, contentSha256: datasets.get(id).contentSha256 }
  expect(listEdits(db, log).map(({ kind }) => kind)).toEqual([
    'set',
    'delete',
    'add',
    'undo',
    'undo',
    'redo',
  ])
})

test('undo without anything to undo is not recorded', async () => {
  await workbench.undo(id)
  await workbench.redo(id)
  expect(countEdits(db, { datasetId: id, contentSha256: datasets.get(id).contentSha256 })).toBe(0)
})

test('saving makes a new version, keeps the bytes of the other rows, and the original', async () => {
  const before = datasets.get(id)
  await workbench.edit(id, { kind: 'set', row: 2, column: 1, value: 'Two\nlines, "quoted"' })
  await workbench.editPlaces(id, { from: 3, to: 3 }, 'delete')
  await workbench.edit(id, { kind: 'add', rows: [['New?', 'Yes.', '']] })
  const saved = await workbench.save(id)
  expect(await contentOf()).toBe(
    [
      'question,answer,product',
      'How do I return it?,"Send it back, please.",lamp',
      'Where is my order?,"Two\nlines, ""quoted""",desk',
      'How do I return it?,Twice asked.,lamp',
      '怎么退货？,三十天内可以退货。,灯',
      'New?,Yes.,\n',
    ].join('\n'),
  )
  expect(saved).toMatchObject({
    originalSha256: before.contentSha256,
    appliedFixes: [{ code: 'edit', count: 3, contentBefore: before.contentSha256 }],
    scan: { rowCount: 5 },
  })
  expect(await readFile(path.join(directory, 'content', before.contentSha256), 'utf8')).toBe(file)
  expect(await workbench.open(id)).toMatchObject({ editCount: 0, rowCount: 5 })
  expect(await workbench.save(id)).toMatchObject({ contentSha256: saved.contentSha256 })
  await datasets.undoFix(id)
  expect(await workbench.open(id)).toMatchObject({ editCount: 3, canUndo: true })
})

test('excluded rows stay, and no training sees them; not after an edit or a fix either', async () => {
  await workbench.editPlaces(id, { from: 2, to: 2 }, 'exclude')
  expect(await workbench.open(id)).toMatchObject({ rowCount: 5, excludedCount: 1 })
  const trained = async () =>
    readFile(path.join(directory, 'content', await workbench.trainingContent(id)), 'utf8')
  expect(await trained()).toBe(file.replace('How do I return it?,Twice asked.,lamp\n', ''))
  expect(datasets.get(id).appliedFixes).toEqual([])

  await workbench.editPlaces(id, { from: 0, to: 0 }, 'delete')
  await workbench.save(id)
  expect(await workbench.open(id)).toMatchObject({ rowCount: 4, excludedCount: 1 })
  expect(await trained()).not.toContain('Twice asked')

  await workbench.edit(id, { kind: 'add', rows: [['', '', '']] })
  await workbench.save(id)
  const blank = datasets.get(id).scan.findings.filter(({ fixable }) => fixable)
  await datasets.fix(
    id,
    blank.map(({ code }) => code),
  )
  expect(await workbench.open(id)).toMatchObject({ rowCount: 4, excludedCount: 1 })
  expect(await trained()).not.toContain('Twice asked')
  await workbench.editPlaces(id, { from: 0, to: 3 }, 'include')
  expect(await trained()).toContain('Twice asked')
})

const views: [string, RowFilter[], RowSort | null, number[]][] = [
  [
    'containing, whatever the case',
    [{ kind: 'contains', column: null, text: 'RETURN' }],
    null,
    [1, 3],
  ],
  ['without a text in a column', [{ kind: 'lacks', column: 2, text: 'lamp' }], null, [2, 4, 5]],
  ['with an empty cell', [{ kind: 'empty', column: null }], null, [4]],
  ['of a length', [{ kind: 'length', column: 1, from: 10, to: 12 }], null, [2, 3]],
  ['in a language', [{ kind: 'language', column: 0, code: 'zh' }], null, [5]],
  ['that a finding names', [{ kind: 'rows', rows: [5, 1] }], null, [1, 5]],
  [
    'that all filters keep',
    [
      { kind: 'contains', column: 0, text: 'return' },
      { kind: 'contains', column: 1, text: 'twice' },
    ],
    null,
    [3],
  ],
  ['sorted by text', [], { column: 1, by: 'text', descending: false }, [4, 2, 1, 3, 5]],
  [
    'sorted by length, longest first',
    [],
    { column: 1, by: 'length', descending: true },
    [1, 3, 2, 5, 4],
  ],
]
test.each(views)('shows the rows %s', async (_, filters, sort, expected) => {
  const { shownCount } = await workbench.show({ datasetId: id, filters, sort })
  const { rows } = await workbench.page(id, 0, 10)
  expect(rows.map(({ row }) => row)).toEqual(expected)
  expect(shownCount).toBe(expected.length)
})

test('a view keeps its rows while they are edited, and loses the deleted ones', async () => {
  await workbench.show({
    datasetId: id,
    filters: [{ kind: 'contains', column: 0, text: 'return' }],
    sort: null,
  })
  await workbench.edit(id, { kind: 'set', row: 1, column: 0, value: 'Changed' })
  expect(await shown()).toEqual(['Changed', 'How do I return it?'])
  await workbench.editPlaces(id, { from: 1, to: 1 }, 'delete')
  expect(await shown()).toEqual(['Changed'])
  await workbench.edit(id, { kind: 'add', rows: [['Added', 'A', 'b']] })
  expect(await shown()).toEqual(['Changed', 'Added'])
  expect(await workbench.placeOf(id, 2)).toBe(-1)
  expect(await workbench.placeOf(id, 6)).toBe(1)
})

test('finds rows as they are now, and walks them in the order shown', async () => {
  await workbench.edit(id, { kind: 'set', row: 1, column: 0, value: 'Nothing here' })
  await workbench.edit(id, { kind: 'set', row: 2, column: 0, value: 'Can I Return a desk?' })
  const search = { datasetId: id, text: 'return', column: null, matchCase: false }
  expect(await workbench.find(search)).toEqual({ count: 2 })
  expect(await workbench.find({ ...search, matchCase: true })).toEqual({ count: 1 })
  expect(await workbench.find({ ...search, text: '退货' })).toEqual({ count: 1 })
  expect(await workbench.find({ ...search, text: 'back, please' })).toEqual({ count: 1 })
  await workbench.show({
    datasetId: id,
    filters: [],
    sort: { column: 0, by: 'text', descending: true },
  })
  await workbench.find(search)
  const first = await workbench.findStep(id, 0, true)
  expect(first).toMatchObject({ ordinal: 1, row: 3 })
  expect(await workbench.findStep(id, (first?.place ?? 0) + 1, true)).toMatchObject({
    ordinal: 2,
    row: 2,
  })
  expect(await workbench.findStep(id, 99, true)).toMatchObject({ ordinal: 1 })
  expect(await workbench.findStep(id, 0, false)).toMatchObject({
    ordinal: expect.any(Number) as number,
  })
  await workbench.find({ ...search, text: 'zebra' })
  expect(await workbench.findStep(id, 0, true)).toBeNull()
})

test('counts what a replacement would change, replaces it, and takes it back', async () => {
  const replacement = {
    find: 'it',
    replacement: 'the lamp',
    column: 0,
    matchCase: true,
    wholeCell: false,
  }
  expect(await workbench.countReplacements(id, replacement)).toEqual({ places: 2, rows: 2 })
  await workbench.edit(id, { kind: 'replace', ...replacement })
  expect((await shown())[0]).toBe('How do I return the lamp?')
  expect(await workbench.countReplacements(id, replacement)).toEqual({ places: 0, rows: 0 })
  await workbench.undo(id)
  expect((await shown())[0]).toBe('How do I return it?')
})

test('a newer view cancels an older one', async () => {
  const request = { datasetId: id, filters: [{ kind: 'empty' as const, column: null }], sort: null }
  const older = workbench.show(request)
  older.catch(() => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  const newer = await workbench.show({
    ...request,
    filters: [],
    sort: { column: 0, by: 'text', descending: false },
  })
  expect(newer.shownCount).toBe(5)
  await older.catch((error: unknown) => expect(error).toMatchObject({ code: 'Cancelled' }))
})

test('remembers which columns ask and answer', () => {
  expect(workbench.roles(id)).toMatchObject({ question: 'question', answer: 'answer' })
  const roles = { question: 'answer', answer: 'question', inputTemplate: '{product}\n\n{answer}' }
  workbench.setRoles(id, roles)
  expect(workbench.roles(id)).toEqual(roles)
})

test('copies cells and rows, and pastes a block as one step, beyond the last row too', async () => {
  expect(await workbench.copyText(id, { from: 1, to: 1 }, 0)).toEqual({
    ...{ text: 'Where is my order?', rows: 1 },
  })
  expect(await workbench.copyText(id, { from: 0, to: 1 }, null)).toEqual({
    text: 'How do I return it?\tSend it back, please.\tlamp\nWhere is my order?\tOn its way.\tdesk',
    rows: 2,
  })
  const block = [['A', 'B', 'too many'], ['C'], ['D', 'E']]
  expect(await workbench.paste(id, { place: 3, column: 1 }, block)).toMatchObject({
    ...{ rowCount: 6, editCount: 1, nextUndo: 'paste' },
  })
  const { rows } = await workbench.page(id, 3, 3)
  expect(rows.map(({ cells }) => cells)).toEqual([
    ['Ist das Glas dabei?', 'A', 'B'],
    ['怎么退货？', 'C', '灯'],
    ['', 'D', 'E'],
  ])
  // In the order that is shown, and only there.
  await workbench.show({
    datasetId: id,
    filters: [],
    sort: { column: 0, by: 'text', descending: true },
  })
  await workbench.paste(id, { place: 0, column: 2 }, [['shelf']])
  expect(await workbench.cell(id, 5, 2)).toBe('shelf')
  await workbench.undo(id)
  expect(await workbench.undo(id)).toMatchObject({ rowCount: 5, editCount: 0 })
  await workbench.redo(id)
  const saved = await workbench.save(id)
  expect(saved.scan.rowCount).toBe(6)
  expect(await contentOf()).toContain('Ist das Glas dabei?,A,B')
})

const choice = { split: { kind: 'random' }, validationFraction: 0.5, sampleRows: null } as const
const columns = { question: 'question', answer: 'answer' }

async function importRows(name: string, rows: readonly string[]): Promise<string> {
  const source = path.join(directory, name)
  await writeFile(source, `question,answer\n${rows.join('\n')}\n`)
  return (await datasets.import(source)).id
}

const asked = Array.from({ length: 12 }, (_, index) => [
  `How can I return lamp ${index * 7919} that I bought last week?,"Send it\nback ${index}."`,
  `How can I return lamp ${index * 7919} that I bought last week please?,Yes ${index}.`,
]).flat()

test('keeps questions on one side of the split, as a step that is recorded and undone', async () => {
  const leaky = await importRows('leaky.csv', asked)
  expect(workbench.splitChoice(leaky)).toBeNull()
  const nothing = expect.objectContaining({ code: 'FixNotApplicable' }) as Error
  await expect(workbench.keepQuestionsApart(leaky)).rejects.toThrow(nothing)
  workbench.setSplitChoice(leaky, choice)
  // Numbers are those of the grid, whatever is excluded.
  await workbench.editPlaces(leaky, { from: 0, to: 1 }, 'exclude')
  const before = await workbench.previewSplit({ datasetId: leaky, columns, splitSeed, ...choice })
  const { similar, examples } = before.leakage
  expect(similar).toBeGreaterThan(0)
  expect(examples).toHaveLength(similar)
  for (const { row, line, validation } of examples) {
    expect(await workbench.cell(leaky, row, 0)).toBe(validation)
    // Every second answer has a line end.
    expect(line).toBe(1 + row + Math.floor(row / 2))
  }

  const fixed = await workbench.keepQuestionsApart(leaky)
  expect(fixed.appliedFixes).toMatchObject([{ code: 'split-leakage', count: similar }])
  expect(datasets.get(leaky)).toEqual(fixed)
  const apart = workbench.splitChoice(leaky)
  expect(apart).toEqual({ ...choice, split: { kind: 'similar' } })
  const after = await workbench.previewSplit({
    ...{ datasetId: leaky, columns, splitSeed },
    ...(apart ?? choice),
  })
  expect(after.leakage).toMatchObject({ same: 0, similar: 0, examples: [] })
  await expect(workbench.keepQuestionsApart(leaky)).rejects.toThrow(nothing)
  expect(await workbench.open(leaky)).toMatchObject({ excludedCount: 2 })

  await datasets.undoFix(leaky)
  expect(workbench.splitChoice(leaky)).toEqual(choice)
  expect(datasets.get(leaky).appliedFixes).toEqual([])
})

test('a split is looked at once for all who ask, and a newer one takes its place', async () => {
  const leaky = await importRows('leaky.csv', asked)
  const request = { datasetId: leaky, columns, splitSeed, ...choice }
  const other = { ...request, validationFraction: 0.25 }
  const cancelled = expect.objectContaining({ code: 'Cancelled' }) as Error
  const [first, same] = await Promise.all([
    workbench.previewSplit(request),
    workbench.previewSplit(request),
  ])
  expect(same).toEqual(first)
  expect(tasks.map(({ kind }) => kind)).toEqual(['split'])

  workbench.cancel(leaky, 'split')
  expect(await workbench.previewSplit(request)).toEqual(first)
  expect(tasks).toHaveLength(1)
  const older = workbench.previewSplit(other)
  const newest = workbench.previewSplit({ ...other, validationFraction: 0.4 })
  await expect(older).rejects.toThrow(cancelled)
  expect(await newest).toMatchObject({ validationCount: 10 })

  onTask = () => workbench.cancel(leaky, 'split')
  const stopped = workbench.previewSplit(other)
  await expect(stopped).rejects.toThrow(cancelled)
  onTask = () => undefined
  expect(await workbench.previewSplit(other)).toMatchObject({ validationCount: 6 })
})

test('a look at a split whose rows are still being written is stopped, and never takes a newer one’s place', async () => {
  const leaky = await importRows('leaky.csv', asked)
  const request = { datasetId: leaky, columns, splitSeed, ...choice }
  const cancelled = expect.objectContaining({ code: 'Cancelled' }) as Error
  let write: () => void = () => undefined
  beforeContent = new Promise((resolve) => (write = resolve))
  const began = () => expect.poll(() => contentsMade).toBe(1)

  await workbench.edit(leaky, { kind: 'set', row: 1, column: 1, value: 'Send it.' })
  const older = expect(workbench.previewSplit(request)).rejects.toThrow(cancelled)
  await began()
  await workbench.undo(leaky)
  // The older one's rows are there while this one looks at its own.
  onTask = write
  const newer = workbench.previewSplit({ ...request, validationFraction: 0.25 })
  await older
  expect(await newer).toMatchObject({ validationCount: 6 })
  onTask = () => undefined

  contentsMade = 0
  beforeContent = new Promise((resolve) => (write = resolve))
  await workbench.edit(leaky, { kind: 'set', row: 1, column: 1, value: 'Send it back.' })
  const stopped = expect(workbench.previewSplit(request)).rejects.toThrow(cancelled)
  await began()
  workbench.cancel(leaky, 'split')
  write()
  await stopped
  expect(tasks).toHaveLength(1)
})

test('edited rows are written once for all who ask, those of a validation file too', async () => {
  const own = await importRows('own.csv', asked)
  const other = await importRows('other.csv', asked.slice(0, 12))
  for (const edited of [own, other])
    await workbench.edit(edited, { kind: 'set', row: 1, column: 1, value: 'Send it.' })
  const split = { kind: 'file', datasetId: other } as const
  const request = { datasetId: own, columns, splitSeed, ...choice, split }
  await Promise.all([workbench.previewSplit(request), workbench.previewSplit(request)])
  await workbench.previewSplit(request)
  expect(contentsMade).toBe(2)
})

test('undoing a change of the split leaves what was chosen since', async () => {
  const leaky = await importRows('leaky.csv', asked)
  workbench.setSplitChoice(leaky, choice)
  await workbench.keepQuestionsApart(leaky)
  const since = { ...choice, split: { kind: 'group', column: 'answer' } } as const
  workbench.setSplitChoice(leaky, since)
  const undone = await datasets.undoFix(leaky)
  expect(undone.appliedFixes).toEqual([])
  expect(workbench.splitChoice(leaky)).toEqual(since)
})

test('a split of questions that are all alike is left as it is', async () => {
  const one = 'How can I return the lamp that I bought last week'
  const alike = Array.from({ length: 12 }, (_, index) => [
    `${one}?,Yes ${index}.`,
    `${one} please?,No ${index}.`,
  ]).flat()
  const leaky = await importRows('alike.csv', alike)
  workbench.setSplitChoice(leaky, choice)
  const { leakage } = await workbench.previewSplit({
    ...{ datasetId: leaky, columns, splitSeed },
    ...choice,
  })
  expect(leakage).toMatchObject({ isAvoidable: false })
  const nothing = expect.objectContaining({ code: 'FixNotApplicable' }) as Error
  await expect(workbench.keepQuestionsApart(leaky)).rejects.toThrow(nothing)
  expect(workbench.splitChoice(leaky)).toEqual(choice)
  // Another question is enough for rows on both sides, however few of them are validated.
  const mixed = await importRows('mixed.csv', [...alike, 'Is there an app?,Yes.'])
  workbench.setSplitChoice(mixed, choice)
  await workbench.keepQuestionsApart(mixed)
  expect(workbench.splitChoice(mixed)).toEqual({ ...choice, split: { kind: 'similar' } })
})

test('a change of the split does not hide what was excluded before a fix', async () => {
  const leaky = await importRows('spaced.csv', [...asked, ' Spaced?,Yes.'])
  await workbench.editPlaces(leaky, { from: 0, to: 0 }, 'exclude')
  await datasets.fix(leaky, ['edge-space'])
  workbench.setSplitChoice(leaky, choice)
  await workbench.keepQuestionsApart(leaky)
  openServices()
  expect(await workbench.open(leaky)).toMatchObject({ excludedCount: 1 })
})

test('leaves trained questions out of a validation file, in the rows of that file', async () => {
  const own = await importRows('own.csv', asked)
  const other = await importRows('other.csv', ['Is there an app?,Yes.', ...asked.slice(0, 1)])
  const withFile = { ...choice, split: { kind: 'file', datasetId: other } } as const
  workbench.setSplitChoice(own, withFile)
  const { leakage } = await workbench.previewSplit({
    ...{ datasetId: own, columns, splitSeed },
    ...withFile,
  })
  expect(leakage).toMatchObject({ same: 1, similar: 0, examples: [{ row: 2, line: 3 }] })
  await workbench.keepQuestionsApart(own)
  const kept = workbench.splitChoice(own)
  expect(kept?.split).toEqual({ ...withFile.split, withoutLeaked: true })
  const after = await workbench.previewSplit({
    ...{ datasetId: own, columns, splitSeed },
    ...(kept ?? withFile),
  })
  expect(after).toMatchObject({ trainingCount: 24, validationCount: 1, leakage: { same: 0 } })
})

test('profiles the rows as they stand', async () => {
  await workbench.editPlaces(id, { from: 1, to: 1 }, 'exclude')
  const profile = await workbench.profile({
    datasetId: id,
    columns: { question: 'question', answer: 'answer' },
    baseModelId: null,
  })
  expect(profile).toMatchObject({
    unit: 'characters',
    rowCount: 4,
    filledRowCount: 4,
    conflicts: { count: 2, groups: [{ count: 2, rows: [{ row: 1 }, { row: 3 }] }] },
    shortAnswers: { count: 1, rows: [{ row: 4 }] },
    languages: [{ code: 'en', count: 2 }, { count: 1 }, { count: 1 }],
  })
  expect(profile.question.max).toBe('How do I return it?'.length)
})

test('the dataset that is killed in the middle of an edit has it whole or not at all', async () => {
  const script = `
    import { openDatabase } from '${path.resolve('electron/db/database.ts')}'
    import { appendEdit } from '${path.resolve('electron/db/datasetEdits.ts')}'
    const db = openDatabase(process.argv[1])
    for (let n = 0; ; n += 1) {
      appendEdit(db, { datasetId: process.argv[2], contentSha256: process.argv[3] }, { kind: 'set', row: 1, column: 0, value: 'x'.repeat(50000) + n }, n)
      process.stdout.write(n + '\\n')
    }`
  const { contentSha256 } = datasets.get(id)
  for (let round = 0; round < 3; round += 1) {
    const child = execFile(
      process.execPath,
      ['--input-type=module', '-e', script, path.join(directory, 'timbre.db'), id, contentSha256],
      { maxBuffer: 1e8 },
    )
    let told = 0
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (text: string) => {
        told += text.split('\n').length - 1
        if (told > 5 + round * 7) child.kill('SIGKILL')
      })
      child.on('exit', () => resolve())
    })
    const entries = listEdits(db, { datasetId: id, contentSha256 })
    expect(entries.length).toBeGreaterThanOrEqual(told)
    for (const entry of entries) expect(entry).toMatchObject({ kind: 'set', row: 1 })
  }
})
