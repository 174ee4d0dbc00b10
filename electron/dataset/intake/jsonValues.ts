/** Values of a JSON array, or of JSON Lines, one at a time: a file of any size needs the memory of one value. */
import { AppError } from '../../../shared/errors.ts'
import type { Chunks } from '../textEncoding.ts'

/** Also bounds what a hostile file can ask for. */
const maxValueBytes = 16_000_000

export interface JsonValue {
  /** 1-based line on which it begins. */
  readonly line: number
  readonly value: unknown
}

/** A value that is no JSON. */
export interface JsonFault {
  readonly line: number
  readonly text: string
}

const quote = 0x22
const backslash = 0x5c

/**
 * Splits UTF-8 text at the brackets of its values and parses each. Of one object that holds a single array of objects
 * (`{"data": [...]}`) the array is read.
 *
 * @param onFault a value that cannot be parsed; reading goes on after it
 * @throws AppError CellTooLarge when one value is larger than 16 MB
 */
export async function* jsonValues(
  chunks: Chunks,
  onFault: (fault: JsonFault) => void,
): AsyncGenerator<JsonValue> {
  const splitter = new Splitter()
  for await (const chunk of chunks) {
    for (const piece of splitter.push(chunk)) yield* parse(piece, onFault)
  }
  for (const piece of splitter.finish()) yield* parse(piece, onFault)
}

interface Piece {
  readonly line: number
  readonly bytes: Buffer
}

function* parse({ line, bytes }: Piece, onFault: (fault: JsonFault) => void): Generator<JsonValue> {
  const text = bytes.toString('utf8')
  try {
    yield { line, value: JSON.parse(text) }
  } catch {
    onFault({ line, text: text.slice(0, 200) })
  }
}

/** Finds objects by their braces, outside strings. Whatever lies between them (commas, brackets) is passed over. */
class Splitter {
  #parts: Buffer[] = []
  #size = 0
  #depth = 0
  #inString = false
  #isEscaped = false
  #line = 1
  #startLine = 1
  /** Whether the first value began and ended on one line: then a line that begins with a brace begins a value. */
  #isLines: boolean | null = null
  #isLineStart = true
  /** Text between values that is neither comma, bracket nor space: a damaged value. */
  #stray: number[] = []
  #strayLine = 1;

  *push(chunk: Uint8Array): Generator<Piece> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = this.#depth > 0 ? 0 : -1
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number // within bounds
      const isLineStart = this.#isLineStart
      this.#isLineStart = byte === 0x0a
      if (isLineStart && byte === 0x7b && this.#depth > 0 && this.#isLines) {
        yield this.#take(bytes, start, at)
        start = -1
      }
      if (byte === 0x0a) {
        this.#line += 1
        // A line end cannot stand in a string: the value before it was cut, and the next line begins anew.
        if (this.#depth > 0 && this.#inString) {
          yield this.#take(bytes, start, at)
          start = -1
          continue
        }
        if (this.#depth === 0 && this.#stray.length > 0) yield this.#takeStray()
      }
      if (this.#depth === 0) {
        if (byte === 0x7b) {
          if (this.#stray.length > 0) yield this.#takeStray()
          this.#depth = 1
          this.#startLine = this.#line
          start = at
        } else if (!isBetween(byte)) {
          if (this.#stray.length === 0) this.#strayLine = this.#line
          if (this.#stray.length < 200) this.#stray.push(byte)
        }
        continue
      }
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === backslash) this.#isEscaped = true
        else if (byte === quote) this.#inString = false
      } else if (byte === quote) this.#inString = true
      else if (byte === 0x7b || byte === 0x5b) this.#depth += 1
      else if (byte === 0x7d || byte === 0x5d) {
        this.#depth -= 1
        if (this.#depth > 0) continue
        yield this.#take(bytes, start, at + 1)
        start = -1
      }
    }
    if (start >= 0) this.#keep(bytes.subarray(start))
  }

  *finish(): Generator<Piece> {
    if (this.#stray.length > 0) yield this.#takeStray()
    if (this.#size > 0) yield this.#take(Buffer.alloc(0), 0, 0)
  }

  #keep(bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size > maxValueBytes) {
      throw new AppError('CellTooLarge', `The entry on line ${this.#startLine} is too large`, {
        details: { line: this.#startLine, column: 1, limitBytes: maxValueBytes },
      })
    }
    this.#parts.push(Buffer.from(bytes))
  }

  #take(bytes: Buffer, start: number, end: number): Piece {
    const whole = Buffer.concat([...this.#parts, bytes.subarray(Math.max(start, 0), end)])
    this.#isLines ??= this.#startLine === this.#line
    this.#parts = []
    this.#size = 0
    this.#depth = 0
    this.#inString = false
    this.#isEscaped = false
    return { line: this.#startLine, bytes: whole }
  }

  #takeStray(): Piece {
    const piece = { line: this.#strayLine, bytes: Buffer.from(this.#stray) }
    this.#stray = []
    return piece
  }
}

function isBetween(byte: number): boolean {
  return byte <= 0x20 || byte === 0x2c || byte === 0x5b || byte === 0x5d
}
