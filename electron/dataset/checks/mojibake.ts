/** Text that was decoded with the wrong encoding: Ã© for é, â€™ for ’, ä½ å¥½ for 你好; and characters that are lost. */
import { flag } from '../kernel/kernel.ts'
import { spansOf, type CellCheck } from './cellCheck.ts'

/** Windows-1252's characters from 80 to 9F. @see WHATWG Encoding, index windows-1252 */
const high =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178'
const byteOf = new Map([...high].map((character, index) => [character, 0x80 + index]))

/** What bytes 80 to BF of UTF-8 look like in Windows-1252 or Latin-1. */
const continuation = `[\\u0080-\\u00bf${[...high].filter((character) => character > '\u00ff').join('')}]`
/** A lead byte's look, and as many continuations as it asks for; runs of them. */
const sequence = new RegExp(
  `(?:[\\u00c2-\\u00df]${continuation}|[\\u00e0-\\u00ef]${continuation}{2}|[\\u00f0-\\u00f4]${continuation}{3})+`,
  'gu',
)
const strict = new TextDecoder('utf-8', { fatal: true })

export const mojibake: CellCheck = {
  code: 'mojibake',
  trigger: flag.odd,
  find: (text) =>
    spansOf(text, sequence, ([garbled]) => {
      const repaired = undo(garbled)
      return repaired === null || isLikelyMeant(garbled) ? undefined : repaired
    }),
}

/** The characters' bytes read as UTF-8; null when that gives no text. */
function undo(garbled: string): string | null {
  const bytes = [...garbled].map((character) => byteOf.get(character) ?? character.charCodeAt(0))
  try {
    // A byte-order mark (ï»¿) is no part of the text, wherever files were joined.
    const text = strict.decode(Uint8Array.from(bytes)).replaceAll('\ufeff', '')
    // Controls were not what anybody wrote.
    return /[\u0000-\u0008\u000e-\u001f\u0080-\u009f]/.test(text) ? null : text
  } catch {
    return null
  }
}

/** A capital before a sign, as in "Â°" alone or "É®", can be meant; two such pairs hardly. "Ã" and "Â" never stand so. */
function isLikelyMeant(garbled: string): boolean {
  return garbled.length === 2 && !/^[\u00c2\u00c3\u00c5]/.test(garbled)
}

/** U+FFFD, and what became of it when it was read as GBK (锟斤拷): what stood there cannot be told any more. */
export const lostCharacter: CellCheck = {
  code: 'lost-character',
  trigger: flag.odd,
  find: (text) => spansOf(text, /\ufffd+|(?:锟斤拷)+|(?:ï¿½)+/gu, () => null),
}
