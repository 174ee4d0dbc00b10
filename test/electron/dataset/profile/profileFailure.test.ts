import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createContentStore } from '../../../../electron/dataset/content.ts'
import { ProfilePass } from '../../../../electron/dataset/profile/profilePass.ts'
import { profileRows } from '../../../../electron/dataset/profile/profileRows.ts'
import type { ProfileTask } from '../../../../electron/dataset/profile/profileTask.ts'
import * as stripeThreads from '../../../../electron/dataset/profile/stripeThreads.ts'
import { createRowStore } from '../../../../electron/dataset/rowStore.ts'
import { openOverlay } from '../../../../electron/dataset/workbench/rowReader.ts'
import { AppError } from '../../../../shared/errors.ts'
import { profileTaskIn } from '../../../support/profileTask.ts'

vi.mock('../../../../electron/dataset/profile/stripeThreads.ts', { spy: true })

let directory: string
let task: ProfileTask
const unheard: unknown[] = []
const hear = (reason: unknown) => void unheard.push(reason)

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-profile-failure-'))
  ;({ task } = await profileTaskIn(directory))
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
