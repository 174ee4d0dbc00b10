/**
 * Puts a file into S3 under a key that is made of its content: what is there already is not sent again, and what a break
 * left half-done is gone on with, after its parts were held against the file.
 */
import { open, stat, type FileHandle } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toAppError } from '../../../shared/errors.ts'
import { checksumOf, compositeChecksum } from './checksum.ts'
import {
  completeMultipart,
  findObject,
  listKeptParts,
  putObject,
  removeObject,
  sendPart,
  startMultipart,
  type KeptPart,
  type ObjectSpec,
  type Store,
} from './multipart.ts'
import { partSizeFor, partsOf, smallestMultipartBytes, type Part } from './partPlan.ts'

export interface UploadRequest extends ObjectSpec {
  readonly file: string
  readonly name: string
}

/** What is known of an upload that was begun, here or by an earlier launch. */
export interface BegunUpload {
  readonly uploadId: string
  readonly partSizeBytes: number
}

export interface UploadHooks {
  readonly signal: AbortSignal
  /** Begun by an earlier launch; null: none. */
  readonly begun: BegunUpload | null
  /** Kept before the first part is sent, so that the upload is found again. */
  readonly onBegun: (begun: BegunUpload) => void
  /** @param sentBytes what S3 holds, at the start what it held from before */
  readonly onProgress: (sentBytes: number) => void
}

/** The memory that an upload takes is this many parts. */
const partsAtOnce = 4
/** Of a part, after the SDK's own three; with pauses, about five minutes without a network. */
const mostAttempts = 9
const longestPauseMs = 60_000

/**
 * @returns false when S3 had it already
 * @throws AppError Cancelled, FileNotFound, FileChanged, UploadDamaged; as the SDK's calls do otherwise
 */
export async function uploadFile(
  connection: Store,
  request: UploadRequest,
  hooks: UploadHooks,
): Promise<boolean> {
  const before = await statFile(request)
  const there = await findObject(connection, request)
  if (there?.sizeBytes === before.sizeBytes && there.sha256 === request.sha256) {
    hooks.onProgress(before.sizeBytes)
    return false
  }
  const file = await open(request.file, 'r')
  try {
    if (before.sizeBytes < smallestMultipartBytes) {
      const body = Buffer.alloc(before.sizeBytes)
      await readInto(file, body, 0)
      await putObject(connection, request, body)
      hooks.onProgress(before.sizeBytes)
    } else await uploadInParts(connection, request, hooks, file, before)
  } finally {
    await file.close()
  }
  return true
}

async function uploadInParts(
  connection: Store,
  request: UploadRequest,
  hooks: UploadHooks,
  file: FileHandle,
  before: FileFacts,
): Promise<void> {
  const { begun, kept } = await goOnOrBegin(connection, request, hooks, before.sizeBytes)
  const parts = partsOf(before.sizeBytes, begun.partSizeBytes)
  const done = await verifyKept(file, parts, kept, hooks.signal)
  let sentBytes = [...done.values()].reduce((sum, part) => sum + part.sizeBytes, 0)
  hooks.onProgress(sentBytes)

  const waiting = parts.filter(({ number }) => !done.has(number)).values()
  const stop = new AbortController()
  const signal = AbortSignal.any([hooks.signal, stop.signal])
  async function sendInTurn(): Promise<void> {
    // One buffer for each that sends: parts are read into the same memory again and again.
    const buffer = Buffer.allocUnsafeSlow(begun.partSizeBytes)
    for (const part of waiting) {
      const body = buffer.subarray(0, part.sizeBytes)
      await readInto(file, body, part.offset)
      const checksum = checksumOf(body)
      done.set(
        part.number,
        await persistently(signal, () =>
          sendPart(connection, request, begun.uploadId, part.number, body, checksum, signal),
        ),
      )
      sentBytes += part.sizeBytes
      hooks.onProgress(sentBytes)
    }
  }
  const senders = Array.from({ length: partsAtOnce }, () =>
    sendInTurn().catch((error: unknown) => {
      stop.abort()
      throw error
    }),
  )
  // All of them have to be through with their buffers, whatever happened to one.
  const outcomes = await Promise.allSettled(senders)
  if (hooks.signal.aborted) throw new AppError('Cancelled', 'The upload was paused')
  for (const outcome of firstFailures(outcomes)) throw outcome
  await requireUnchanged(request, before)

  const inOrder = [...done.values()].toSorted((a, b) => a.number - b.number)
  await persistently(hooks.signal, () =>
    completeMultipart(connection, request, begun.uploadId, inOrder),
  ).catch(async (error: unknown) => {
    // The answer to an earlier try may have been lost.
    if ((await findObject(connection, request))?.sha256 !== request.sha256) throw error
  })
  await requireWhole(connection, request, before.sizeBytes, inOrder)
}

/** The failure that stopped the others, not the stops that followed from it. */
function firstFailures(outcomes: readonly PromiseSettledResult<void>[]): unknown[] {
  const failures = outcomes.flatMap((outcome): unknown[] =>
    outcome.status === 'rejected' ? [outcome.reason] : [],
  )
  const isStop = (failure: unknown) => failure instanceof AppError && failure.code === 'Cancelled'
  return failures.toSorted((a, b) => Number(isStop(a)) - Number(isStop(b)))
}

async function goOnOrBegin(
  connection: Store,
  request: UploadRequest,
  { begun, onBegun }: UploadHooks,
  sizeBytes: number,
): Promise<{ begun: BegunUpload; kept: readonly KeptPart[] }> {
  const kept = begun && (await listKeptParts(connection, request, begun.uploadId))
  if (begun && kept) return { begun, kept }
  const uploadId = await startMultipart(connection, request)
  const started = { uploadId, partSizeBytes: partSizeFor(sizeBytes) }
  onBegun(started)
  return { begun: started, kept: [] }
}

/** Parts that S3 holds count when they are what the file holds at their place. */
async function verifyKept(
  file: FileHandle,
  parts: readonly Part[],
  kept: readonly KeptPart[],
  signal: AbortSignal,
): Promise<Map<number, KeptPart>> {
  const byNumber = new Map(parts.map((part) => [part.number, part]))
  const verified = new Map<number, KeptPart>()
  for (const there of kept) {
    const part = byNumber.get(there.number)
    if (part?.sizeBytes !== there.sizeBytes) continue
    signal.throwIfAborted()
    const body = Buffer.allocUnsafe(part.sizeBytes)
    await readInto(file, body, part.offset)
    if (checksumOf(body) === there.checksum) verified.set(there.number, there)
  }
  return verified
}

async function requireWhole(
  connection: Store,
  request: UploadRequest,
  sizeBytes: number,
  parts: readonly KeptPart[],
): Promise<void> {
  const there = await findObject(connection, request)
  const expected = compositeChecksum(parts.map(({ checksum }) => checksum ?? ''))
  // A store that keeps no checksums has held each part against its own.
  const isWhole =
    there?.sizeBytes === sizeBytes && (there.checksum === null || there.checksum === expected)
  if (isWhole) return
  await removeObject(connection, request)
  throw new AppError('UploadDamaged', `${request.name} did not arrive whole`, {
    details: { name: request.name },
  })
}

/** Waits out a network that is away and a service that is busy. */
async function persistently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const failure = toAppError(error)
      if (signal.aborted) throw new AppError('Cancelled', 'The upload was stopped')
      if (!failure.retryable || attempt >= mostAttempts) throw failure
      const pauseMs =
        Math.min(longestPauseMs, 1000 * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2)
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

interface FileFacts {
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

async function statFile({ file, name }: UploadRequest): Promise<FileFacts> {
  try {
    const { size, mtimeMs } = await stat(file)
    return { sizeBytes: size, modifiedAtMs: mtimeMs }
  } catch (error) {
    throw new AppError('FileNotFound', `${file} is not there`, { details: { name }, cause: error })
  }
}

async function requireUnchanged(request: UploadRequest, before: FileFacts): Promise<void> {
  const after = await statFile(request)
  const isSame = after.sizeBytes === before.sizeBytes && after.modifiedAtMs === before.modifiedAtMs
  if (!isSame)
    throw new AppError('FileChanged', `${request.name} changed while it was sent`, {
      details: { name: request.name },
    })
}

/** @throws AppError FileChanged when the file is shorter by now */
async function readInto(file: FileHandle, body: Buffer, offset: number): Promise<void> {
  let filled = 0
  while (filled < body.byteLength) {
    const { bytesRead } = await file.read(body, filled, body.byteLength - filled, offset + filled)
    if (bytesRead === 0) throw new AppError('FileChanged', 'The file became shorter')
    filled += bytesRead
  }
}
