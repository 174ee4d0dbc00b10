/**
 * A short fingerprint of a text, such that similar texts have similar fingerprints: b-bit MinHash with one permutation
 * (Li, Owen, Zhang 2012) over stretches of eight bytes, empty bins filled by rotation (Shrivastava, Li 2014).
 *
 * Eight bytes are a word and a half of English and almost three Chinese characters, so one rule serves both.
 */

/** One byte per bin. */
export const signatureLength = 32
/** Equal bytes of two signatures from which on texts count as nearly the same: a Jaccard similarity of about 0.7. */
const similarFrom = 23
const shingle = 8
const base = 0x01000193
/** base ** (shingle - 1), to take the oldest byte out of the rolling hash. */
const oldest = Array.from({ length: shingle - 1 }).reduce<number>(
  (power) => Math.imul(power, base),
  1,
)
const empty = 0x7fffffff

export interface Signer {
  /** Forgets what was added. */
  begin(): void
  /** Case, punctuation and white space make no difference. */
  add(bytes: Uint8Array, start: number, end: number): void
  /** Writes `signatureLength` bytes; false, and zeros, for a text without a letter or digit. */
  write(target: Uint8Array, at: number): boolean
}

export function createSigner(): Signer {
  const minima = new Int32Array(signatureLength)
  const ring = new Uint8Array(shingle)
  let length = 0
  let hash = 0
  let isAfterGap = true

  function push(byte: number): void {
    const slot = length & (shingle - 1)
    if (length >= shingle) hash = (hash - Math.imul(ring[slot] as number, oldest)) | 0 // the ring is full
    hash = (Math.imul(hash, base) + byte) | 0
    ring[slot] = byte
    length += 1
    if (length >= shingle) record()
  }

  function record(): void {
    let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
    mixed ^= mixed >>> 15
    const bin = mixed >>> 27
    const value = mixed & 0x07ffffff
    if (value < (minima[bin] as number)) minima[bin] = value // 5 bits name one of 32 bins
  }

  return {
    begin() {
      minima.fill(empty)
      length = 0
      hash = 0
      isAfterGap = true
    },
    add(bytes, start, end) {
      for (let at = start; at < end; at += 1) {
        let byte = bytes[at] as number // within the bounds of the loop
        if (byte >= 0x41 && byte <= 0x5a) byte += 0x20
        const isLetterOrDigit =
          (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80
        const markLength = byte >= 0xe3 ? wideMarkLength(bytes, at) : 0
        if (isLetterOrDigit && markLength === 0) {
          if (isAfterGap && length > 0) push(0x20)
          push(byte)
          isAfterGap = false
        } else {
          isAfterGap = true
          at += Math.max(markLength - 1, 0)
        }
      }
      isAfterGap = true
    },
    write(target, at) {
      if (length === 0) {
        target.fill(0, at, at + signatureLength)
        return false
      }
      if (length < shingle) record()
      for (let bin = 0; bin < signatureLength; bin += 1) {
        let from = bin
        let distance = 0
        while (minima[from] === empty) {
          from = (from + 1) & (signatureLength - 1)
          distance += 1
        }
        const value = (minima[from] as number) + Math.imul(distance, 0x9e3779b1)
        const mixed = Math.imul(value ^ (value >>> 13), 0x5bd1e995)
        target[at + bin] = (mixed ^ (mixed >>> 15)) & 0xff
      }
      return true
    },
  }
}

/** The marks of U+3000 to U+303F and the wide ones of U+FF00 to U+FF3F, without the wide digits. */
function wideMarkLength(bytes: Uint8Array, at: number): number {
  const second = bytes[at + 1]
  if (bytes[at] === 0xe3) return second === 0x80 ? 3 : 0
  if (bytes[at] !== 0xef || second !== 0xbc) return 0
  const third = bytes[at + 2] ?? 0
  return third >= 0x90 && third <= 0x99 ? 0 : 3
}

/** @param first, second numbers of signatures that lie one after the other in `signatures` */
export function areSimilar(signatures: Uint8Array, first: number, second: number): boolean {
  return equalBytes(signatures, first, second) >= similarFrom
}

function equalBytes(signatures: Uint8Array, first: number, second: number): number {
  const a = first * signatureLength
  const b = second * signatureLength
  let equal = 0
  for (let at = 0; at < signatureLength; at += 1) {
    if (signatures[a + at] === signatures[b + at]) equal += 1
  }
  return equal
}
