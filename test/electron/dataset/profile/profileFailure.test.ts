import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createContentStore } from '../../../../electron/dataset/content.ts'
import { createDatasetService } from '../../../../electron/dataset/datasetService.ts'
import { ProfilePass } from '../../../../electron/dataset/profile/profilePass.ts'
import { profileRows } from '../../../../electron/dataset/profile/profileRows.ts'
import type { ProfileTask } from '../../../../electron/dataset/profile/profileTask.ts'
import * as stripeThreads from '../../../../electron/dataset/profile/stripeThreads.ts'
import { createRowStore } from '../../../../electron/dataset/rowStore.ts'
import { openOverlay } from '../../../../electron/dataset/workbench/rowReader.ts'
import { inMemory, openDatabase } from '../../../../electron/db/database.ts'
import { AppError } from '../../../../shared/errors.ts'

vi.mock('../../../../electron/dataset/profile/stripeThreads.ts', { spy: true })

let directory: string
let task: ProfileTask
const unheard: unknown[] = []
const hear = (reason: unknown) => void unheard.push(reason)

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-profile-failure-'))
  const contentDirectory = path.join(directory, 'content')
  const db = openDatabase(inMemory)
  const clock = () => 1000
  const datasets = createDatasetService({ db, contentDirectory, publish: () => undefined, clock })
  const file = path.join(directory, 'rows.csv')
  const rows = Array.from({ length: 70_000 }, (_, row) => `Where is order ${row}?,Answer ${row}.`)
  await writeFile(file, `question,answer\n${rows.join('\n')}\n`)
  const { id, contentSha256 } = await datasets.import(file)
  db.close()
  task = {
    ...{ kind: 'profile', contentDirectory, contentSha256, edits: [], datasetId: id },
    ...{ columns: { question: 'question', answer: 'answer' }, tokenizer: null },
  }
  unheard.length = 0
  process.on('unhandledRejection', hear)
})
afterEach(async () => {
  process.off('unhandledRejection', hear)
  vi.restoreAllMocks()
  await rm(directory, { recursive: true, force: true })
})

async function profile() {
  const content = createContentStore(task.contentDirectory)
  const store = createRowStore(content)
  return profileRows(content, store, task, await openOverlay(store, task), () => undefined)
}

test('ends the search for topics when rows cannot be compared', { timeout: 60_000 }, async () => {
  const full = new AppError('DiskFull', 'No space is left')
  vi.spyOn(ProfilePass.prototype, 'compare').mockImplementation(() => {
    throw full
  })
  let hasEnded = false
  vi.mocked(stripeThreads.findTopicsInThread).mockImplementation(async (_, signal) => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    hasEnded = true
    throw new AppError('Cancelled', `The search was ${signal?.aborted ? '' : 'not '}aborted`)
  })
  await expect(profile()).rejects.toBe(full)
  expect(hasEnded).toBe(true)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(unheard).toEqual([])
})

test('says why topics could not be found', { timeout: 60_000 }, async () => {
  const reason = new AppError('Internal', 'The thread ended with code 1')
  vi.mocked(stripeThreads.findTopicsInThread).mockRejectedValue(reason)
  await expect(profile()).rejects.toBe(reason)
  expect(unheard).toEqual([])
})
