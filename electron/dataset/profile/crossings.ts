/**
 * Between which characters a token may span. Where none does, no merge ever joins what is on both sides, so that text can be
 * cut there before it is merged: most Chinese falls into pieces of one to three characters, which come again and again.
 */
import { mixed } from './mixed.ts'

/** Bits for each entry, so that few other places seem to be spanned; these are only looked at more closely. */
const bitsPerEntry = 32
const leastBits = 13
const mostBits = 21
/** Marks a character of which a token has only the last byte. */
const endOnly = 0xff00_0000

export class Crossings {
  readonly #entries: [left: number, right: number][] = []

  /** @param token its bytes, as they stand in text that is valid UTF-8 */
  add(token: Uint8Array): void {
    for (let at = 1; at < token.length; at += 1) {
      if (!continues(token[at] ?? 0)) this.#addPlace(token, at)
    }
  }

  /** A bit for each place by its hash; a power of two of them. */
  table(): Uint8Array<SharedArrayBuffer> {
    const wanted = Math.ceil(Math.log2(Math.max(1, this.#entries.length) * bitsPerEntry))
    const bits = Math.min(mostBits, Math.max(leastBits, wanted))
    const table = new Uint8Array(new SharedArrayBuffer(2 ** bits / 8))
    for (const [left, right] of this.#entries) {
      const bit = mixed(left, right) >>> (32 - bits)
      table[bit >>> 3] = (table[bit >>> 3] ?? 0) | (1 << (bit & 7))
    }
    return table
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
      this.#entries.push([numberOf(left), numberOf(right)])
      return
    }
    // The token has a part of a character: of the left one its last byte is looked at, of the right one the first two.
    const last = endOnly | (left.at(-1) ?? 0)
    if (first < 0x80) this.#entries.push([last, first])
    else if (right[1] !== undefined) this.#entries.push([last, first | (right[1] << 8)])
    else {
      for (let second = 0x80; second < 0xc0; second += 1) {
        this.#entries.push([last, first | (second << 8)])
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
