import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProfileTask } from '../../../../electron/dataset/profile/profileTask.ts'
import {
  findTopicsInThread,
  readStripesInThreads,
} from '../../../../electron/dataset/profile/stripeThreads.ts'
import { AppError } from '../../../../shared/errors.ts'
import { profileTaskIn } from '../../../support/profileTask.ts'

let directory: string
let task: ProfileTask
let stripeCount: number

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-stripes-'))
  ;({ task, stripeCount } = await profileTaskIn(directory))
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
