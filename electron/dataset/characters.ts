/** Characters that training cannot use: bytes that are no UTF-8, and control characters. Works on bytes. */
import { isUtf8 } from 'node:buffer'

export type BadCharacterKind = 'invalid-utf8' | 'control-character'

export interface BadCharacter {
  readonly kind: BadCharacterKind
  readonly start: number
  readonly end: number
}

/**
 * Length of the UTF-8 sequence at `at`; negative for a sequence that is not valid, with as many bytes as it would have
 * been right for (a maximal subpart).
 *
 * @see The Unicode Standard, table 3-7 and section 3.9, "U+FFFD Substitution of Maximal Subparts"
 */
export function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0
  if (lead < 0x80) return 1
  if (lead < 0xc2 || lead > 0xf4) return -1
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index]
    const [low, high] = index === 1 ? secondByteRange(lead) : [0x80, 0xbf]
    if (byte === undefined || byte < low || byte > high) return -index
  }
  return length
}

function secondByteRange(lead: number): [number, number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf]
    case 0xed:
      return [0x80, 0x9f]
    case 0xf0:
      return [0x90, 0xbf]
    case 0xf4:
      return [0x80, 0x8f]
    default:
      return [0x80, 0xbf]
  }
}

/** All bad characters in order; a quick look first, since most text has none. */
export function findBadCharacters(bytes: Buffer): BadCharacter[] {
  if (isUtf8(bytes) && !hasControlCharacter(bytes)) return []
  const found: BadCharacter[] = []
  for (let start = 0; start < bytes.length;) {
    const length = sequenceLength(bytes, start)
    const end = start + Math.abs(length)
    if (length < 0) found.push({ kind: 'invalid-utf8', start, end })
    else if (isControlAt(bytes, start)) found.push({ kind: 'control-character', start, end })
    start = end
  }
  return found
}

/** The bytes without the bad characters of these kinds. */
export function removeCharacters(bytes: Buffer, bad: readonly BadCharacter[]): Buffer {
  const parts: Buffer[] = []
  let from = 0
  for (const { start, end } of bad) {
    parts.push(bytes.subarray(from, start))
    from = end
  }
  return Buffer.concat([...parts, bytes.subarray(from)])
}

function hasControlCharacter(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] as number // within bounds; this loop sees every byte of every file
    if (byte < 0x20 || byte === 0x7f || byte === 0xc2 || byte === 0xef) {
      if (isControlAt(bytes, at)) return true
    }
  }
  return false
}

/**
 * C0 without tab and line ends, DEL, C1, U+FFFE, U+FFFF, and a byte-order mark inside the text, where files were joined.
 * The sequence at `at` is valid UTF-8.
 */
function isControlAt(bytes: Uint8Array, at: number): boolean {
  const [first = 0, second = 0, third = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]]
  if (first < 0x20) return first !== 0x09 && first !== 0x0a && first !== 0x0d
  if (first === 0xc2) return second >= 0x80 && second < 0xa0
  if (first === 0xef && second === 0xbb) return third === 0xbf
  if (first === 0xef) return second === 0xbf && third >= 0xbe
  return first === 0x7f
}
