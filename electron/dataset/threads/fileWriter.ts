/**
 * The thread's entry: writes and hashes what lies in shared memory, one message per slot. Where the system can, whole
 * slots go to the disk past its cache: several times as fast for a file that is written once, and a window that is open
 * beside it keeps the memory. The end of the file, which fills no slot, is written the usual way.
 */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { FileWriterAnswer, FileWriterData, FileWriterRequest } from './fileWriterMessages.ts'

/** The system is asked to write so many bytes out early, so that the last sync has little left to wait for. */
const syncEveryBytes = 64 * 1024 * 1024

const { path, flags, memory, slotBytes } = workerData as FileWriterData // as createFileInThread.ts gives
const answer = (message: FileWriterAnswer) => parentPort?.postMessage(message)
const digest = createHash('sha256')
let file: number | null = null
/** The same file, opened so that writing does not go through the cache; null where that is not possible. */
let direct: number | null = null
let sizeBytes = 0
let unsyncedBytes = 0
let isSyncing = false
/** Writes and syncs that are on their way to the disk; the file stays open until none is. */
let underWay = 0
/** What the owner asked for last. */
let ending: 'finish' | 'abandon' | null = null
/** The file has a hole: it is never finished. */
let hasFailed = false

function open(): void {
  file = fs.openSync(path, flags)
  const { O_DIRECT, O_WRONLY } = fs.constants
  if (O_DIRECT === undefined) return
  try {
    direct = fs.openSync(path, O_WRONLY | O_DIRECT)
  } catch {
    // The file system knows the cache only.
  }
}

/** Hashes what the disk writes meanwhile. */
function write(at: number, length: number): void {
  if (file === null || hasFailed) return
  const bytes = Buffer.from(memory, at, length)
  const position = sizeBytes
  sizeBytes += length
  const free = () => answer({ kind: 'free', at })
  if (length < slotBytes || direct === null) {
    writeCached(file, bytes, position)
    digest.update(bytes)
    return free()
  }
  underWay += 1
  writeDirectly(direct, bytes, position, (error) => {
    underWay -= 1
    if (error) return fail(error)
    free()
    settle()
  })
  digest.update(bytes)
}

/** Where the system refuses a buffer or a length as it stands, the rest is written the usual way. */
function writeDirectly(
  target: number,
  bytes: Buffer,
  position: number,
  done: (error: unknown) => void,
): void {
  fs.write(target, bytes, 0, bytes.length, position, (error, written) => {
    if (error && codeOf(error) !== 'EINVAL') return done(error)
    if (!error && written === bytes.length) return done(null)
    try {
      const from = error ? 0 : written
      if (file !== null) writeCached(file, bytes.subarray(from), position + from)
      done(null)
    } catch (reason) {
      done(reason)
    }
  })
}

function writeCached(target: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length;)
    at += fs.writeSync(target, bytes, at, bytes.length - at, position + at)
  unsyncedBytes += bytes.length
  if (unsyncedBytes < syncEveryBytes || isSyncing) return
  isSyncing = true
  unsyncedBytes = 0
  underWay += 1
  fs.fdatasync(target, (error) => {
    isSyncing = false
    underWay -= 1
    // Linux tells of bytes that it lost once: the last sync would not know of them.
    if (error) return fail(error)
    settle()
  })
}

function finish(): void {
  if (file === null) return
  fs.fsyncSync(file)
  close()
  answer({ kind: 'finished', sha256: digest.digest('hex'), sizeBytes })
}

function close(): void {
  closeDirect()
  if (file !== null) fs.closeSync(file)
  file = null
}

function closeDirect(): void {
  if (direct !== null) fs.closeSync(direct)
  direct = null
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function orFail(work: () => void): void {
  try {
    work()
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  hasFailed = true
  answer({ kind: 'failed', code: codeOf(error), message: String(error) })
  settle()
}

/** Ends what can be ended once nothing is on its way to the disk. */
function settle(): void {
  if (underWay > 0) return
  if (hasFailed || ending === 'abandon') close()
  else if (ending === 'finish') orFail(finish)
  // Nothing comes any more: the thread ends by itself.
  if (ending !== null) parentPort?.close()
}

parentPort?.on('message', (request: FileWriterRequest) => {
  if (request.kind === 'write') return orFail(() => write(request.at, request.length))
  ending = request.kind
  settle()
})

orFail(() => {
  open()
  answer({ kind: 'opened' })
})
