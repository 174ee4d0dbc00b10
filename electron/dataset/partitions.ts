/**
 * Records that are sorted into parts as they come, so that each part can be looked at alone. They stay in memory up to a
 * limit; beyond it they lie in files until a part is read. The files have no name, so that nothing is left of them when
 * their thread ends in the middle of its work.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/errors.ts'

/** Parts of a hash: six bits. */
export const partCount = 64
const recordsPerChunk = 2048

export class Partitions {
  readonly #recordWords: number
  readonly #mostWords: number
  readonly #chunkWords: number
  readonly #parts: Part[]
  #wordsInMemory = 0

  /**
   * @param recordWords words (of 32 bits) of a record
   * @param mostWords that may be in memory, about
   */
  constructor(recordWords: number, mostWords: number, parts = partCount) {
    this.#recordWords = recordWords
    this.#mostWords = mostWords
    this.#chunkWords = recordWords * recordsPerChunk
    this.#parts = Array.from({ length: parts }, () => new Part())
  }

  /** @param at where the record begins in `words` @throws AppError DiskFull */
  add(part: number, words: Uint32Array | Int32Array, at: number): void {
    const target = this.#parts[part]
    if (!target) throw new RangeError('There is no such part')
    if (target.used === target.chunk.length) this.#turn(target)
    const { chunk, used } = target
    for (let word = 0; word < this.#recordWords; word += 1) {
      chunk[used + word] = words[at + word] as number // a record has so many words
    }
    target.used = used + this.#recordWords
  }

  /** Words of a part. */
  sizeOf(part: number): number {
    const { written = 0, full = [], used = 0 } = this.#parts[part] ?? {}
    return full.reduce((sum, { length }) => sum + length, written / 4 + used)
  }

  /** All records of a part in the order in which they were added, in stretches that are valid until the next one. */
  *read(part: number): Generator<Uint32Array> {
    const source = this.#parts[part]
    if (!source) return
    if (source.file !== null) {
      const words = new Uint32Array(this.#chunkWords)
      for (let at = 0; at < source.written; at += words.byteLength) {
        const length = readSync(source.file, words, 0, words.byteLength, at)
        yield words.subarray(0, length / 4)
      }
    }
    yield* source.full
    yield source.chunk.subarray(0, source.used)
  }

  /** The same in one piece. @param words where it is to lie */
  readWhole(part: number, words = new Uint32Array(this.sizeOf(part))): Uint32Array {
    let at = 0
    for (const stretch of this.read(part)) {
      words.set(stretch, at)
      at += stretch.length
    }
    return words
  }

  /** Forgets all records. */
  clear(): void {
    for (const part of this.#parts) {
      part.full = []
      part.used = 0
      part.written = 0
      if (part.file !== null) ftruncateSync(part.file)
    }
    this.#wordsInMemory = 0
  }

  /** Gives the files back. */
  close(): void {
    this.clear()
    for (const part of this.#parts) {
      if (part.file !== null) closeSync(part.file)
      part.file = null
    }
  }

  /** Makes room in a part whose chunk is full. */
  #turn(part: Part): void {
    const isFirst = part.chunk.length === 0
    const hasRoom = this.#wordsInMemory + this.#chunkWords <= this.#mostWords
    if (!isFirst && hasRoom && part.file === null) {
      part.full.push(part.chunk)
      this.#wordsInMemory += this.#chunkWords
    } else if (!isFirst) {
      this.#write(part)
    }
    if (isFirst || part.full.at(-1) === part.chunk) part.chunk = new Uint32Array(this.#chunkWords)
    part.used = 0
  }

  /** What a part has in memory goes to its file. */
  #write(part: Part): void {
    part.file ??= openNameless()
    for (const words of [...part.full, part.chunk.subarray(0, part.used)]) {
      for (let at = 0; at < words.byteLength;)
        at += writeOut(part.file, words, at, part.written + at)
      part.written += words.byteLength
    }
    this.#wordsInMemory -= part.full.length * this.#chunkWords
    part.full = []
  }
}

function openNameless(): number {
  const path = join(tmpdir(), `timbre-rows-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

function writeOut(file: number, words: Uint32Array, at: number, position: number): number {
  try {
    return writeSync(file, words, at, words.byteLength - at, position)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    const path = tmpdir()
    throw new AppError('DiskFull', `No space is left in ${path}`, {
      details: { path },
      cause: error,
    })
  }
}

class Part {
  full: Uint32Array[] = []
  chunk = new Uint32Array(0)
  used = 0
  file: number | null = null
  /** Bytes in the file, which come before those in memory. */
  written = 0
}
