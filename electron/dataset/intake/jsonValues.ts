/** Values of a JSON array, or of JSON Lines, a few at a time: a file of any size needs the memory of those. */
import { AppError } from '../../../shared/errors.ts'
import type { Chunks } from '../textEncoding.ts'

/** Also bounds what a hostile file can ask for. */
const maxValueBytes = 16_000_000
/** Values of so much text are gone again while they are young, which takes less time and memory. */
const pieceBytes = 64 * 1024

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
 * Splits UTF-8 text at the brackets of its values, or at the ends of its lines where each holds one, and parses each. Of
 * one object that holds a single array of objects (`{"data": [...]}`) the array is read.
 *
 * @param onFault a value that cannot be parsed; reading goes on after it
 * @throws AppError CellTooLarge when one value is larger than 16 MB
 */
export async function* jsonValues(
  chunks: Chunks,
  onFault: (fault: JsonFault) => void,
): AsyncGenerator<JsonValue[]> {
  const reader = new ValueReader(onFault)
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      reader.push(chunk.subarray(at, at + pieceBytes))
      yield reader.take()
    }
  }
  reader.finish()
  yield reader.take()
}

/** Finds objects by their braces, outside strings. Whatever lies between them (commas, brackets) is passed over. */
class ValueReader {
  readonly #onFault: (fault: JsonFault) => void
  #values: JsonValue[] = []
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
  /** The line that was last tried as a whole: once only, or one with many values would be tried for each. */
  #triedLine = 0
  /** Text between values that is neither comma, bracket nor space: a damaged value. */
  #stray: number[] = []
  #strayLine = 1

  constructor(onFault: (fault: JsonFault) => void) {
    this.#onFault = onFault
  }

  /** The values since the last call. */
  take(): JsonValue[] {
    const values = this.#values
    this.#values = []
    return values
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = this.#depth > 0 ? 0 : -1
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number // within bounds
      const isLineStart = this.#isLineStart
      this.#isLineStart = byte === 0x0a
      if (isLineStart && byte === 0x7b && this.#depth > 0 && this.#isLines) {
        this.#end(bytes, start, at)
        start = -1
      }
      if (byte === 0x0a) {
        this.#line += 1
        // A line end cannot stand in a string: the value before it was cut, and the next line begins anew.
        if (this.#depth > 0 && this.#inString) {
          this.#end(bytes, start, at)
          start = -1
          continue
        }
        if (this.#depth === 0) this.#endStray()
      }
      if (this.#depth === 0) {
        if (byte === 0x7b) {
          this.#endStray()
          const lineEnd = this.#readLine(bytes, at)
          if (lineEnd !== null) {
            at = lineEnd - 1
            continue
          }
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
        this.#end(bytes, start, at + 1)
        start = -1
      }
    }
    if (start >= 0) this.#keep(bytes.subarray(start))
  }

  finish(): void {
    this.#endStray()
    if (this.#size > 0) this.#end(Buffer.alloc(0), 0, 0)
  }

  /**
   * Reads a value that is all of its line, which is found much faster than one by its braces.
   *
   * @returns where it ends; null when it is not
   */
  #readLine(bytes: Buffer, at: number): number | null {
    if (this.#isLines === false || this.#triedLine === this.#line) return null
    this.#triedLine = this.#line
    let end = bytes.indexOf(0x0a, at)
    if (end < 0) return null
    while (isBetween(bytes[end - 1] as number)) end -= 1 // it is after the brace at `at`
    if (bytes[end - 1] !== 0x7d) return null
    try {
      this.#values.push({ line: this.#line, value: JSON.parse(bytes.toString('utf8', at, end)) })
    } catch {
      return null // more than one value, or a damaged one: its braces will tell
    }
    this.#isLines = true
    return end
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

  #end(bytes: Buffer, start: number, end: number): void {
    const whole = Buffer.concat([...this.#parts, bytes.subarray(Math.max(start, 0), end)])
    this.#isLines ??= this.#startLine === this.#line
    this.#parts = []
    this.#size = 0
    this.#depth = 0
    this.#inString = false
    this.#isEscaped = false
    this.#parse(this.#startLine, whole)
  }

  #endStray(): void {
    if (this.#stray.length === 0) return
    this.#parse(this.#strayLine, Buffer.from(this.#stray))
    this.#stray = []
  }

  #parse(line: number, bytes: Buffer): void {
    const text = bytes.toString('utf8')
    try {
      this.#values.push({ line, value: JSON.parse(text) })
    } catch {
      this.#onFault({ line, text: text.slice(0, 200) })
    }
  }
}

function isBetween(byte: number): boolean {
  return byte <= 0x20 || byte === 0x2c || byte === 0x5b || byte === 0x5d
}
