/**
 * Between which characters a token may span. Where none does, no merge ever joins what is on both sides, so that text can be
 * cut there before it is merged: most Chinese falls into pieces of one to three characters, which come again and again.
 */
import { mixed } from './mixed.ts'

const mostBits = 21
const leastBits = 10
/** Of the bits: few other places seem to be spanned, and these are only looked at more closely. */
const mostFilled = 1 / 32
/** Marks a character of which a token has only the last byte. */
const endOnly = 0xff00_0000

export class Crossings {
  /** A bit for each place by its hash. */
  readonly #table = new Uint8Array(2 ** mostBits / 8)

  /** @param token its bytes, as they stand in text that is valid UTF-8 */
  add(token: Uint8Array): void {
    for (let at = 1; at < token.length; at += 1) {
      if (!continues(token[at] ?? 0)) this.#addPlace(token, at)
    }
  }

  /** As few bits as do, a power of two of them: the table is looked at for every other character. */
  table(): Uint8Array<SharedArrayBuffer> {
    let bits = mostBits
    let table = this.#table
    for (; bits > leastBits; bits -= 1) {
      const half = halved(table)
      if (filledOf(half) > mostFilled) break
      table = half
    }
    const shared = new Uint8Array(new SharedArrayBuffer(table.length))
    shared.set(table)
    return shared
  }

  #mark(left: number, right: number): void {
    const bit = mixed(left, right) >>> (32 - mostBits)
    this.#table[bit >>> 3] = (this.#table[bit >>> 3] ?? 0) | (1 << (bit & 7))
  }

  /** @param at where a character begins within the token */
  #addPlace(token: Uint8Array, at: number): void {
    let from = at - 1
    while (from > 0 && continues(token[from] ?? 0)) from -= 1
    let to = at + 1
    while (to < token.length && continues(token[to] ?? 0)) to += 1
    const left = token.subarray(from, at)
    const right = token.subarray(at, to)
    const first = right[0] ?? 0
    if (isWhole(left) && isWhole(right)) {
      this.#mark(numberOf(left), numberOf(right))
      return
    }
    // The token has a part of a character: of the left one its last byte is looked at, of the right one the first two.
    const last = endOnly | (left.at(-1) ?? 0)
    if (first < 0x80) this.#mark(last, first)
    else if (right[1] !== undefined) this.#mark(last, first | (right[1] << 8))
    else {
      for (let second = 0x80; second < 0xc0; second += 1) {
        this.#mark(last, first | (second << 8))
      }
    }
  }
}

function continues(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0
}

function isWhole(character: Uint8Array): boolean {
  const first = character[0] ?? 0
  if (continues(first)) return false
  return character.length === (first < 0x80 ? 1 : Math.clz32(~(first << 24)))
}

/** Its bytes, the first one lowest. */
function numberOf(character: Uint8Array): number {
  return character.reduceRight((number, byte) => (number << 8) | byte, 0)
}

/** Each two bits in one. */
function halved(table: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: table.length / 2 }, (_, index) => {
    const both = (table[2 * index] ?? 0) | ((table[2 * index + 1] ?? 0) << 8)
    const pairs = both | (both >>> 1)
    let bits = 0
    for (let bit = 0; bit < 8; bit += 1) bits |= ((pairs >>> (2 * bit)) & 1) << bit
    return bits
  })
}

function filledOf(table: Uint8Array): number {
  let filled = 0
  for (const byte of table) for (let left = byte; left !== 0; left &= left - 1) filled += 1
  return filled / (table.length * 8)
}
