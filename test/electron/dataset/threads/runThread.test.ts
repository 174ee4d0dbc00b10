import { expect, test } from 'vitest'
import { runThread } from '../../../../electron/dataset/threads/runThread.ts'
import { AppError } from '../../../../shared/errors.ts'

const url = new URL('../../../support/tellingWorker.ts', import.meta.url)

test('what fails at a progress is what the task fails with, and its thread is not used again', async () => {
  const told: unknown[] = []
  const full = new AppError('DiskFull', 'No space is left')
  const failing = runThread(url, 3, {
    onProgress: (progress) => {
      told.push(progress)
      throw full
    },
  })
  await expect(failing).rejects.toBe(full)
  expect(told).toEqual([1])
  const next = runThread(url, 2, { onProgress: (progress) => told.push(progress) })
  expect(await next).toBe('done')
  expect(told).toEqual([1, 1, 2])
})
