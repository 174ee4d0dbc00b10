/**
 * Gzip and zip, unpacked into a file of our own and never under a name from inside: an archive can ask neither for a
 * path nor, beyond reason, for space.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { AppError } from '../../../shared/errors.ts'

/** Text packs to a tenth or a twentieth; only a bomb packs to a three-hundredth. */
const maxRatio = 300
/** Below it a bomb does no harm. */
const harmlessBytes = 100_000_000
export const maxUnpackedBytes = 64 * 1024 ** 3
const maxEntries = 100_000
const usable = /\.(csv|tsv|tab|txt|json|jsonl|ndjson|xlsx|parquet)$/i

export interface Archive {
  readonly zip: ZipFile
  /** By name. */
  readonly entries: ReadonlyMap<string, Entry>
}

/** @throws AppError FileDamaged, ArchiveUnsafe */
export async function openArchive(path: string): Promise<Archive> {
  let zip: ZipFile
  try {
    // Names are only compared, never used as paths.
    zip = await yauzl.openPromise(path, { autoClose: false, validateEntrySizes: true })
  } catch (error) {
    throw damaged(error)
  }
  try {
    const entries = new Map<string, Entry>()
    let total = 0
    for await (const entry of zip.eachEntry()) {
      total += entry.uncompressedSize
      if (entries.size > maxEntries || isBomb(total, zip.fileSize)) throw unsafe(total)
      entries.set(entry.fileName, entry)
    }
    return { zip, entries }
  } catch (error) {
    zip.close()
    throw damaged(error)
  }
}

/** Names of the files in a zip that can be imported, in their order. */
export function usableEntries({ entries }: Archive): string[] {
  return [...entries.keys()].filter(
    (name) => usable.test(name) && !name.startsWith('__MACOSX/') && !name.endsWith('/'),
  )
}

/** @throws AppError FileDamaged, ArchiveUnsafe, DiskFull */
export async function unpackEntry(
  { zip, entries }: Archive,
  name: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const entry = entries.get(name)
  if (!entry) throw damaged(new Error(`${name} is not in the archive`))
  if (entry.isEncrypted()) throw damaged(new Error('It is protected by a password'))
  try {
    const stream = await zip.openReadStreamPromise(entry)
    await write(stream, target, entry.compressedSize, signal)
  } catch (error) {
    throw damaged(error)
  }
}

/** @throws AppError FileDamaged, ArchiveUnsafe, DiskFull */
export async function gunzipTo(path: string, target: string, signal?: AbortSignal): Promise<void> {
  try {
    const { size } = await stat(path)
    const gunzip = createGunzip()
    const source = createReadStream(path)
    source.on('error', (error) => gunzip.destroy(error))
    await write(source.pipe(gunzip), target, size, signal)
  } catch (error) {
    throw damaged(error)
  }
}

async function write(
  source: Readable,
  target: string,
  packedBytes: number,
  signal?: AbortSignal,
): Promise<void> {
  let total = 0
  async function* bounded(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      const bytes = chunk as Buffer // of a stream without an encoding
      total += bytes.length
      if (isBomb(total, packedBytes)) throw unsafe(total)
      yield bytes
    }
  }
  const options = signal ? { signal } : {}
  await pipeline(Readable.from(bounded()), createWriteStream(target, { mode: 0o600 }), options)
}

function isBomb(unpacked: number, packed: number): boolean {
  if (unpacked > maxUnpackedBytes) return true
  return unpacked > harmlessBytes && unpacked > packed * maxRatio
}

function unsafe(bytes: number): AppError {
  return new AppError('ArchiveUnsafe', 'The archive unpacks to far more than it is', {
    details: { bytes },
  })
}

function damaged(error: unknown): unknown {
  if (error instanceof AppError) return error
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ABORT_ERR') {
      return new AppError('Cancelled', 'Unpacking was cancelled', { cause: error })
    }
    if (error.code === 'ENOSPC')
      return new AppError('DiskFull', 'The disk is full', { cause: error })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new AppError('FileDamaged', reason, { details: { reason }, cause: error })
}
