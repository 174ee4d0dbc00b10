/** The WebAssembly kernel with its memory: a table of records, and the text they are in. */
import { randomBytes } from 'node:crypto'
import { kernelModule } from './kernelModule.ts'

/** Words (of four bytes) of a record in the table; see kernel.wat. */
export const recordWords = 18
export const word = {
  start: 0,
  length: 1,
  next: 2,
  flags: 3,
  lineFeeds: 4,
  cells: 5,
  /** Of 64 bits each, the low word first. */
  answerHash: 6,
  questionHash: 8,
  rowHash: 10,
  questionLength: 12,
  answerLength: 13,
  wide: 14,
  questionStart: 15,
  answerStart: 16,
  /** 0, or one more than what `SeenRows` said of the row. */
  verdict: 17,
} as const

/** What a record may have in it; raised once too often rather than too seldom. */
export const flag = {
  high: 1,
  /** A control character other than line ends; a tab that is not the delimiter counts. */
  control: 2,
  /** One of @ < & */
  mark: 4,
  /** What a telephone, card or identity number may be: see kernel.wat. */
  digits: 8,
  /** Sixteen visible ASCII characters or more without a space. */
  token: 16,
  /** A space that is none, a mark, or a part of what mojibake is made of. */
  odd: 32,
  /** A cell begins or ends with a space or control character. */
  edge: 64,
  /** A cell begins with one of = + - @ */
  formula: 128,
  /** A doubled quote, or a quote in a cell without quotes: the hashes hold for these bytes only. */
  quotes: 256,
  carriageReturn: 512,
  answerIsQuestion: 4096,
  threeLineFeeds: 8192,
  /** Never raised too often. */
  notUtf8: 16384,
} as const

export const stopReason = { end: 0, incomplete: 1, doubtful: 2, full: 3 } as const

interface Exports {
  readonly consumed: WebAssembly.Global<'i32'>
  readonly reason: WebAssembly.Global<'i32'>
  hash(at: number, end: number, seed: bigint): bigint
  scan(
    from: number,
    end: number,
    table: number,
    most: number,
    delimiter: number,
    question: number,
    answer: number,
    atEnd: number,
    seed: bigint,
  ): number
}

export interface ScanRequest {
  readonly from: number
  readonly end: number
  readonly delimiter: number
  readonly question: number
  readonly answer: number
  readonly atEnd: boolean
}

export const pageBytes = 65_536
/** As kernel.wat declares. */
const mostPages = 65_536
const tableStart = 512
const mostRecords = 8192
/** Text begins here at the earliest; 64 bytes before it may be read and are never written. */
export const firstTextStart = tableStart + mostRecords * recordWords * 4 + 64

/** Where a kernel works. */
export interface KernelMemory {
  /** Other threads may read it too. */
  readonly memory: WebAssembly.Memory
  /** From here on it is the kernel's alone; between the table and this, text can be put. */
  readonly textStart: number
}

/** @param textStart see KernelMemory */
export function createKernelMemory(textStart = firstTextStart): KernelMemory {
  const initial = Math.ceil((textStart + 64) / pageBytes)
  return {
    memory: new WebAssembly.Memory({ initial, maximum: mostPages, shared: true }),
    textStart,
  }
}

let compiled: WebAssembly.Module | undefined

export class Kernel {
  readonly #exports: Exports
  readonly #memory: WebAssembly.Memory
  /** Differs from run to run, so that no file can be made whose rows collide. */
  readonly seed: bigint
  /** Where the text begins that is put here, not in a place of its own. */
  readonly textStart: number
  /** The whole memory; replaced when it grows. */
  bytes: Buffer
  /** The table, in words: signed ones, since an engine keeps those as they are and makes objects of larger numbers. */
  table: Int32Array

  constructor(
    seed = randomBytes(8).readBigUInt64LE(),
    { memory, textStart }: KernelMemory = createKernelMemory(),
  ) {
    this.seed = seed
    this.#memory = memory
    this.textStart = textStart
    compiled ??= new WebAssembly.Module(Buffer.from(kernelModule, 'base64'))
    const instance = new WebAssembly.Instance(compiled, { text: { memory } })
    this.#exports = instance.exports as unknown as Exports // as kernel.wat exports them
    this.bytes = Buffer.from(memory.buffer)
    this.table = new Int32Array(memory.buffer, tableStart, mostRecords * recordWords)
  }

  /** Makes room for so much text. */
  reserve(textBytes: number): void {
    const memory = this.#memory
    const missing = this.textStart + textBytes + 64 - memory.buffer.byteLength
    if (missing <= 0) return
    memory.grow(Math.ceil(missing / pageBytes))
    this.bytes = Buffer.from(memory.buffer)
    this.table = new Int32Array(memory.buffer, tableStart, mostRecords * recordWords)
  }

  /** Reads records into the table. */
  scan(request: ScanRequest): { count: number; consumed: number; reason: number } {
    const { from, end, delimiter, question, answer, atEnd } = request
    const { scan, consumed, reason } = this.#exports
    const most = mostRecords
    const count = scan(
      from,
      end,
      tableStart,
      most,
      delimiter,
      question,
      answer,
      atEnd ? 1 : 0,
      this.seed,
    )
    return { count, consumed: consumed.value, reason: reason.value }
  }

  /** 64 bits of a value; overwrites the text. */
  hash(value: Uint8Array): bigint {
    this.reserve(value.length)
    this.bytes.set(value, this.textStart)
    const { hash } = this.#exports
    const end = this.textStart + value.length
    return BigInt.asUintN(64, hash(this.textStart, end, this.seed))
  }
}

/** Hashes of a whole row as the kernel makes them, for values that it could not read itself. */
export class RowHasher {
  readonly #kernel: Kernel

  /** @param seed of another one whose hashes these are compared with */
  constructor(seed?: bigint) {
    this.#kernel = new Kernel(seed)
  }

  get seed(): bigint {
    return this.#kernel.seed
  }

  cell(value: Uint8Array): bigint {
    return this.#kernel.hash(value)
  }

  row(cells: readonly bigint[]): bigint {
    let row = this.#kernel.seed
    for (const cell of cells) {
      const rotated = (row << 27n) | (row >> 37n)
      row = BigInt.asUintN(64, (BigInt.asUintN(64, rotated) + cell) * 0x9fb21c651e98df25n)
    }
    return mix(row)
  }
}

function mix(value: bigint): bigint {
  let x = BigInt.asUintN(64, (value ^ (value >> 33n)) * 0xff51afd7ed558ccdn)
  x = BigInt.asUintN(64, (x ^ (x >> 33n)) * 0xc4ceb9fe1a85ec53n)
  return x ^ (x >> 33n)
}
