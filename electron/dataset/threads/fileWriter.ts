/** The thread's entry: writes and hashes what lies in the shared slots, one message per slot. */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { FileWriterAnswer, FileWriterData, FileWriterRequest } from './fileWriterMessages.ts'

/** The system is asked to write so many bytes out early, so that the last sync has little left to wait for. */
const syncEveryBytes = 64 * 1024 * 1024

const { path, flags, slots, slotBytes } = workerData as FileWriterData // as createFileInThread.ts gives
const answer = (message: FileWriterAnswer) => parentPort?.postMessage(message)
const digest = createHash('sha256')
let file: number | null = null
let sizeBytes = 0
let unsyncedBytes = 0
let isSyncing = false

function write(slot: number, length: number): void {
  if (file === null) return
  const bytes = Buffer.from(slots, slot * slotBytes, length)
  for (let at = 0; at < length;) at += fs.writeSync(file, bytes, at, length - at)
  digest.update(bytes)
  sizeBytes += length
  unsyncedBytes += length
  answer({ kind: 'free', slot })
  if (unsyncedBytes < syncEveryBytes || isSyncing) return
  isSyncing = true
  unsyncedBytes = 0
  // An error of it comes again with the last sync.
  fs.fdatasync(file, () => (isSyncing = false))
}

function finish(): void {
  if (file === null) return
  fs.fsyncSync(file)
  close()
  answer({ kind: 'finished', sha256: digest.digest('hex'), sizeBytes })
}

function close(): void {
  if (file !== null) fs.closeSync(file)
  file = null
}

function orFail(work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    close()
    answer({ kind: 'failed', code, message: String(error) })
  }
}

parentPort?.on('message', (request: FileWriterRequest) => {
  if (request.kind === 'write') return orFail(() => write(request.slot, request.length))
  if (request.kind === 'finish') orFail(finish)
  else orFail(close)
  // Nothing comes any more: the thread ends by itself.
  parentPort?.close()
})

orFail(() => {
  file = fs.openSync(path, flags)
  answer({ kind: 'opened' })
})
