import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BitSet } from '../../../../electron/dataset/bitSet.ts'
import { createDatasetService } from '../../../../electron/dataset/datasetService.ts'
import {
  createExampleReader,
  type ExampleReader,
} from '../../../../electron/dataset/split/exampleReader.ts'
import { examplesOf, firstOf } from '../../../../electron/dataset/split/examples.ts'
import {
  readExamples,
  readUsableRows,
} from '../../../../electron/dataset/split/trainingExamples.ts'
import { runInWorker } from '../../../../electron/dataset/workbench/runInWorker.ts'
import { collect } from '../../../support/collect.ts'
import { openTestDatabase } from '../../../support/database.ts'

const columns = { question: 'question', answer: 'answer' }
const request = { columns, validationFraction: 0.25, splitSeed: 1 }
const db = openTestDatabase()
let folder = ''
let reader: ExampleReader
let tasks: string[] = []
let importRows: (rows: readonly string[]) => Promise<{ id: string; contentSha256: string }>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-examples-'))
  const contentDirectory = join(folder, 'content')
  const publish = () => undefined
  const datasets = createDatasetService({ db, contentDirectory, publish, clock: Date.now })
  const { rowStore } = datasets
  tasks = []
  reader = createExampleReader({
    ...{ contentDirectory, rowStore },
    contentOf: (id) => datasets.get(id).contentSha256,
    runTask: (task, options) => {
      tasks.push(task.kind)
      return runInWorker(task, options)
    },
  })
  importRows = (rows) => {
    const file = join(folder, 'rows.csv')
    writeFileSync(file, `customer,question,answer\n${rows.join('\n')}\n`)
    return datasets.import(file)
  }
})
afterEach(() => rmSync(folder, { recursive: true }))

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, row) => `c${row % 7},Where is ${row}?,There ${row}.`)

test('both sides are read from the store, whole and by place', async () => {
  const { id, contentSha256 } = await importRows(rowsOf(40))
  const { training, validation } = await reader.split({ datasetId: id, ...request }, contentSha256)
  expect([training.count, validation.count]).toEqual([30, 10])
  const [trained, validated] = [
    (await collect(training.batches())).flat(),
    (await collect(validation.batches())).flat(),
  ]
  const rows = [...trained, ...validated].map(({ row = 0 }) => row)
  expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, row) => row + 1))
  expect(await validation.at([9, 0])).toEqual([validated[9], validated[0]])
  expect(await firstOf(training, 3)).toEqual(trained.slice(0, 3))
  // Found once: content never changes.
  await reader.split({ datasetId: id, ...request }, contentSha256)
  expect(tasks).toEqual(['divide'])
})

test('a file that is not read to its end is closed', async () => {
  let isOpen = false
  async function* source(): AsyncGenerator<Buffer> {
    isOpen = true
    try {
      for (;;) yield Buffer.from(`customer,question,answer\n${rowsOf(20_000).join('\n')}\n`)
    } finally {
      isOpen = false
    }
  }
  const batches = readExamples(source(), columns, BitSet.of(Uint32Array.of(2, 3)))
  expect((await collect(batches)).flat().map(({ row }) => row)).toEqual([2, 3])
  expect(isOpen).toBe(false)
})

test('rows that are far apart are read where they lie', async () => {
  const { contentSha256 } = await importRows(rowsOf(5000))
  const usable = await reader.usable(contentSha256, {
    ...columns,
    inputTemplate: '{customer}: {question}',
  })
  expect(await usable.at([4999, 17])).toEqual([
    { prompt: 'c1: Where is 4999?', completion: 'There 4999.', row: 5000 },
    { prompt: 'c3: Where is 17?', completion: 'There 17.', row: 18 },
  ])
})

test('a validation file is read in the state that it is in', async () => {
  const own = await importRows(rowsOf(20))
  const other = await importRows(['x,Why?,Because.', 'x,Why not?,Because.'])
  const split = { kind: 'file', datasetId: other.id } as const
  const asked = { datasetId: own.id, ...request, split }
  const { training, validation } = await reader.split(asked, own.contentSha256)
  expect(training.count).toBe(20)
  expect((await collect(validation.batches())).flat()).toMatchObject([
    { prompt: 'Why?', row: 1 },
    { prompt: 'Why not?', row: 2 },
  ])
})

test('what was trained on is told by question and answer together', async () => {
  const own = await importRows(['a,Why?,Because.', 'b,How?,So.'])
  const other = await importRows([
    ...['x,Why?,Because.', 'y,Why?,For this.'],
    ...['z,How?,Because.', 'w,How?,So.'],
  ])
  const trained = await reader.usable(own.contentSha256, columns)
  const candidates = await reader.usable(other.contentSha256, columns)
  const left = await reader.untrained(candidates, trained)
  expect((await collect(left.batches())).flat().map(({ row }) => row)).toEqual([2, 3])
  await reader.untrained(candidates, trained)
  expect(tasks).toEqual(['usable', 'usable', 'untrained'])
  // Of other rows it is another question.
  expect(await reader.untrained(trained, candidates)).toMatchObject({ count: 0 })
})

test('rows that only the end shows to repeat others are not among the usable ones', async () => {
  const rows = [...rowsOf(30), ...rowsOf(30), 'c1,Where is 30?,There 30.', 'c1,Where is 31?,Oh.']
  const content = [Buffer.from(`customer,question,answer\n${rows.join('\n')}\n`)]
  const all = await readUsableRows(content, columns)
  expect([...all]).toEqual([...Array.from({ length: 30 }, (_, row) => row + 1), 61, 62])
  expect(await readUsableRows(content, columns, { mostInMemory: 10 })).toEqual(all)
})

test('a few rows at hand are read the same way', async () => {
  const list = [
    { prompt: 'a', completion: 'b' },
    { prompt: 'c', completion: 'd' },
  ]
  const examples = examplesOf(list)
  expect(examples.count).toBe(2)
  expect(await examples.at([1, 0])).toEqual([list[1], list[0]])
  expect(await firstOf(examples, 1)).toEqual([list[0]])
  expect(await collect(examplesOf([]).batches())).toEqual([])
})
