import { constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFileInThread } from '../../../../electron/dataset/threads/createFileInThread.ts'
import type {
  FileWriterAnswer,
  FileWriterData,
  FileWriterRequest,
} from '../../../../electron/dataset/threads/fileWriterMessages.ts'

const slotBytes = 65_536
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-writer-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test.skipIf(constants.O_DIRECT === undefined).each(['finish', 'abandon'] as const)(
  'a file with a hole is not finished, whatever is on its way or asked for (%s)',
  async (kind) => {
    const workerData: FileWriterData = {
      path: join(folder, 'file'),
      flags: 'wx',
      memory: new SharedArrayBuffer(2 * slotBytes),
      slotBytes,
    }
    const url = new URL('../../../support/failingDiskWriter.ts', import.meta.url)
    const worker = new Worker(url, { workerData })
    const answers: FileWriterAnswer[] = []
    worker.on('message', (answer: FileWriterAnswer) => answers.push(answer))
    const requests: FileWriterRequest[] = [
      { kind: 'write', at: 0, length: slotBytes },
      { kind: 'write', at: slotBytes, length: slotBytes },
      { kind: kind },
    ]
    for (const request of requests) worker.postMessage(request)
    // By itself: whoever abandons a file waits for it.
    expect(await once(worker, 'exit')).toEqual([0])
    expect(answers).toMatchObject([
      { kind: 'opened' },
      { kind: 'failed', code: 'ENOSPC' },
      { kind: 'free', at: slotBytes },
    ])
  },
)

test('what the disk lost while the file was written is told, although the last sync does not know', async () => {
  const length = 64 * 1024 * 1024
  const memory = new SharedArrayBuffer(length)
  const workerData: FileWriterData = {
    path: join(folder, 'file'),
    ...{ flags: 'wx', memory, slotBytes: length },
  }
  const url = new URL('../../../support/failingSyncWriter.ts', import.meta.url)
  const worker = new Worker(url, { workerData })
  const answers: FileWriterAnswer[] = []
  worker.on('message', (answer: FileWriterAnswer) => answers.push(answer))
  const requests: FileWriterRequest[] = [{ kind: 'write', at: 0, length }, { kind: 'finish' }]
  for (const request of requests) worker.postMessage(request)
  expect(await once(worker, 'exit')).toEqual([0])
  expect(answers).toMatchObject([
    { kind: 'opened' },
    { kind: 'free', at: 0 },
    { kind: 'failed', code: 'EIO' },
  ])
})

test('no thread stays behind a file that cannot be made', async () => {
  const path = join(folder, 'file')
  writeFileSync(path, 'there already')
  const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort')
  const before = threads().length
  await expect(createFileInThread(path)).rejects.toMatchObject({ code: 'EEXIST' })
  await expect.poll(() => threads().length).toBe(before)
})
