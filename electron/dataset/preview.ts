/** Short previews of bytes in which everything invisible can be seen. */
import { sequenceLength, type BadCharacter } from './characters.ts'

const maxCharacters = 200
/** Characters that are shown before the place. */
const lead = 60

/** Spaces without width, direction marks and byte-order marks, which look like nothing. */
const invisible = /[\u00ad\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/u

/**
 * Up to 200 characters around the byte `focus`; cut ends carry an ellipsis.
 *
 * @param removed characters to leave out, for a look at what a fix leaves
 */
export function preview(
  bytes: Buffer,
  focus = 0,
  removed: readonly Pick<BadCharacter, 'start' | 'end'>[] = [],
): string {
  const from = startOfPreview(bytes, focus)
  const skip = new Map(removed.map(({ start, end }) => [start, end]))
  let text = from > 0 ? '…' : ''
  let shown = text.length
  let at = from
  while (at < bytes.length && shown < maxCharacters - 1) {
    const skipped = skip.get(at)
    const length = sequenceLength(bytes, at)
    const end = skipped ?? at + Math.abs(length)
    const symbol = skipped ? '' : visible(bytes.subarray(at, end), length > 0)
    if (shown + symbol.length > maxCharacters - 1) break
    text += symbol
    shown += symbol.length
    at = end
  }
  return at < bytes.length ? `${text}…` : text
}

/** Steps back to the first byte of a character, at most `lead` characters before the focus. */
function startOfPreview(bytes: Buffer, focus: number): number {
  let at = focus
  for (let count = 0; at > 0 && count < lead; count += 1) {
    at -= 1
    for (let back = 0; back < 3 && at > 0 && isContinuation(bytes[at]); back += 1) at -= 1
  }
  return at
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0
}

function visible(sequence: Buffer, isValid: boolean): string {
  if (!isValid) return [...sequence].map((byte) => `\\x${hex(byte, 2)}`).join('')
  const code = sequence[0] ?? 0
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '\u2421'
  const character = sequence.toString('utf8')
  return invisible.test(character) ? `\\u${hex(character.charCodeAt(0), 4)}` : character
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
