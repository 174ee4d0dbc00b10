import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatasetService } from '../../../../electron/dataset/datasetService.ts'
import type { ProfileTask } from '../../../../electron/dataset/profile/profileTask.ts'
import { stripesOf } from '../../../../electron/dataset/profile/stripes.ts'
import {
  findTopicsInThread,
  readStripesInThreads,
} from '../../../../electron/dataset/profile/stripeThreads.ts'
import { inMemory, openDatabase } from '../../../../electron/db/database.ts'
import { AppError } from '../../../../shared/errors.ts'

let directory: string
let task: ProfileTask
let stripeCount: number

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-stripes-'))
  const contentDirectory = path.join(directory, 'content')
  const db = openDatabase(inMemory)
  const clock = () => 1000
  const datasets = createDatasetService({ db, contentDirectory, publish: () => undefined, clock })
  const file = path.join(directory, 'rows.csv')
  const rows = Array.from({ length: 70_000 }, (_, row) => `Where is order ${row}?,Answer ${row}.`)
  await writeFile(file, `question,answer\n${rows.join('\n')}\n`)
  const { id, contentSha256 } = await datasets.import(file)
  stripeCount = stripesOf(await datasets.rowStore.open(contentSha256)).length
  db.close()
  task = {
    ...{ kind: 'profile', contentDirectory, contentSha256, edits: [], datasetId: id },
    ...{ columns: { question: 'question', answer: 'answer' }, tokenizer: null },
  }
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const options = { tables: null, seed: 1n, sampleEvery: 100 }

test('gives stripes in their order, with all their rows', { timeout: 60_000 }, async () => {
  const found: number[] = []
  let rows = 0
  await readStripesInThreads(task, options, ({ rowCount }, index) => {
    found.push(index)
    rows += rowCount
  })
  expect(found).toEqual(Array.from({ length: stripeCount }, (_, index) => index))
  expect(found.length).toBeGreaterThan(3)
  expect(rows).toBe(70_000)
})

test('ends with what its owner or a thread fails with', { timeout: 60_000 }, async () => {
  const full = new AppError('DiskFull', 'No space is left')
  const onStripe = () => {
    throw full
  }
  await expect(readStripesInThreads(task, options, onStripe)).rejects.toBe(full)
  const other = { ...task, columns: { question: 'question', answer: 'none' } }
  await expect(readStripesInThreads(other, options, () => undefined)).rejects.toThrow(
    expect.objectContaining({ code: 'ColumnNotFound' }) as Error,
  )
})

test('ends a thread that finds topics when it is not wanted any more', async () => {
  const controller = new AbortController()
  const sample = Array.from({ length: 20_000 }, (_, row) => ({ row, question: `Lamp ${row % 97}` }))
  const finding = findTopicsInThread(sample, controller.signal)
  controller.abort()
  await expect(finding).rejects.toThrow(expect.objectContaining({ code: 'Cancelled' }) as Error)
})
