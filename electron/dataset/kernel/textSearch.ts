/** Finds a text's bytes in a stretch of a file that was read into WebAssembly's memory; see textSearch.wat. */
import { textSearchModule } from './textSearchModule.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  find(at: number, end: number, needle: number, length: number, fold: number): number
}

const pageBytes = 65_536
/** Bytes after the text that are read sixteen at a time. */
const slack = 16
let compiled: WebAssembly.Module | undefined

export class TextSearch {
  /** Where the stretch is to be written. */
  readonly text: Buffer
  readonly needleBytes: number
  readonly #find: Exports['find']
  readonly #textStart: number
  readonly #fold: number

  /**
   * @param needle at least one byte
   * @param foldCase whether A-Z are as a-z
   * @param textBytes the longest stretch
   */
  constructor(needle: Uint8Array, foldCase: boolean, textBytes: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(textSearchModule, 'base64'))
    const { exports } = new WebAssembly.Instance(compiled)
    const { memory, find } = exports as unknown as Exports // as textSearch.wat exports them
    this.#textStart = Math.ceil(needle.length / 16) * 16
    const wanted = this.#textStart + textBytes + needle.length + slack
    memory.grow(Math.max(0, Math.ceil(wanted / pageBytes) - 1))
    const stored = Buffer.from(memory.buffer, 0, needle.length)
    stored.set(needle)
    if (foldCase)
      stored.set(needle.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)))
    this.text = Buffer.from(memory.buffer, this.#textStart, textBytes)
    this.#find = find
    this.needleBytes = needle.length
    this.#fold = foldCase ? 1 : 0
  }

  /** The first place from `from` where the needle stands within the first `end` bytes of the text; -1 for none. */
  indexIn(from: number, end: number): number {
    const [at, stop] = [this.#textStart + from, this.#textStart + end]
    const found = this.#find(at, stop, 0, this.needleBytes, this.#fold)
    return found === -1 ? -1 : found - this.#textStart
  }
}
