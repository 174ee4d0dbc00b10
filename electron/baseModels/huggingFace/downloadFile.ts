/**
 * One file of the Hub, to a `.partial` file that takes its name once its hash is right. What has arrived stays through
 * broken connections and new launches: the next request asks for the rest only.
 */
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { cancelled, unreachable } from './hubErrors.ts'
import type { HubClient, HubFile, HubRepository } from './hubClient.ts'
import { openPartial, sizeOf, type OpenFile, type PartialFile } from './partialFile.ts'

export interface DownloadOptions {
  readonly signal: AbortSignal
  /** Of this file, how much is here; less than before where it was begun anew. */
  onReceived(bytes: number): void
  /** Waits before a further attempt. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** A connection on which nothing arrives for so long is given up. */
  readonly stallMs: number
  /** Stands in for the file system's `open` where a test needs a disk that is full. */
  readonly openFile: OpenFile
}

/** One after another without a single byte in between. */
const mostFailures = 5
const firstPauseMs = 1000
const longestPauseMs = 30_000

/** @throws AppError HubFileDamaged, DiskFull, Cancelled; what the client throws once further attempts are of no use */
export async function downloadFile(
  client: HubClient,
  repository: Pick<HubRepository, 'repo' | 'commit'>,
  file: HubFile,
  directory: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, onReceived } = options
  const target = path.join(directory, file.name)
  if ((await sizeOf(target)) === file.sizeBytes) return onReceived(file.sizeBytes)
  const partial = await openPartial(target, file, options.openFile, signal)
  onReceived(partial.length())
  for (let failures = 0; partial.length() < file.sizeBytes;) {
    const before = partial.length()
    try {
      await receive(client, repository, file, partial, options)
    } catch (error) {
      if (signal.aborted) throw cancelled()
      if (!(error instanceof AppError) || !error.retryable) throw error
      failures = partial.length() > before ? 1 : failures + 1
      if (failures >= mostFailures) throw error
      await options.pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), signal)
      if (signal.aborted) throw cancelled()
    }
  }
  if (partial.digest() !== file.hash.value) throw await discard(partial, file)
  await partial.complete()
}

/** Asks for what is missing and appends it. */
async function receive(
  client: HubClient,
  repository: Pick<HubRepository, 'repo' | 'commit'>,
  file: HubFile,
  partial: PartialFile,
  { signal, onReceived, stallMs }: DownloadOptions,
): Promise<void> {
  const stalled = new AbortController()
  let timer = setTimeout(() => stalled.abort(), stallMs)
  try {
    const from = partial.length()
    const stops = AbortSignal.any([signal, stalled.signal])
    const place = file.path ?? file.name
    const { response, linkedHash } = await client.open(repository, place, from, stops)
    // Another kind of hash, such as that of a large file's pointer, says nothing.
    const isOther = linkedHash?.length === file.hash.value.length && linkedHash !== file.hash.value
    const isRest = response.status === 206 && startOf(response) === from
    if (isOther || response.status === 416 || (response.status === 206 && !isRest)) {
      await response.body?.cancel()
      throw await discard(partial, file)
    }
    // It begins at the beginning, asked to or not.
    if (!isRest) await partial.restart()
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer)
      timer = setTimeout(() => stalled.abort(), stallMs)
      if (partial.length() + chunk.length > file.sizeBytes) throw await discard(partial, file)
      await partial.append(chunk)
      onReceived(partial.length())
    }
    // Ended in order, and too early: a proxy's way to cut a connection.
    if (partial.length() < file.sizeBytes) throw unreachable(client.url, undefined)
  } catch (error) {
    if (signal.aborted) throw cancelled()
    if (stalled.signal.aborted || isBrokenOff(error)) throw unreachable(client.url, error)
    throw error
  } finally {
    clearTimeout(timer)
    await partial.close()
  }
}

function startOf(response: Response): number {
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  return range ? Number(range[1]) : -1
}

/** How `fetch` tells that a body broke off. */
const isBrokenOff = (error: unknown) => error instanceof TypeError

async function discard(partial: PartialFile, { name }: HubFile): Promise<AppError> {
  await partial.remove()
  return new AppError('HubFileDamaged', `${name} is not what the Hub says it is`, {
    details: { name },
  })
}
