/** The classes of characters that words are cut by, for textKernel.wat. */
import type { TextCutting } from '../../../shared/tokenizer/textCutting.ts'

/** Code points that the table has: two planes, emoji included. */
const codePoints = 0x20000
const letter = 1
const number = 2
const whiteSpace = 3
const other = 4
const unknown = 5
/** On top of a class: the normal form may change the character, or one before it. */
const unsettled = 8
/** The long s, which is an s when case makes no difference: too rare to be worth a rule. */
const longS = 0x17f

type NormalForm = TextCutting['normalForm']
type Style = NonNullable<TextCutting['wordCutting']>['style']

/** One byte per code point. */
export function characterClasses(style: Style, normalForm: NormalForm): Uint8Array {
  const classes = new Uint8Array(codePoints)
  for (let code = 0; code < codePoints; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue // no characters
    const character = String.fromCodePoint(code)
    if (/\p{L}/u.test(character)) classes[code] = letter
    else if (/\p{N}/u.test(character)) classes[code] = number
    else if (/\p{White_Space}/u.test(character)) classes[code] = whiteSpace
    else classes[code] = other
  }
  if (style === 'gpt4') classes[longS] = unknown
  if (normalForm) markUnsettled(classes, normalForm)
  return classes
}

/** Text is in its normal form when each character is, and none combines with the one before it. */
function markUnsettled(classes: Uint8Array, normalForm: NonNullable<NormalForm>): void {
  const mark = (code: number) => (classes[code] = (classes[code] ?? 0) | unsettled)
  for (let code = 0x80; code < codePoints; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    if (character.normalize(normalForm) !== character || /\p{M}/u.test(character)) mark(code)
    // What a character is made of, but for its first part, may be what composes with another one.
    const [, ...parts] = character.normalize('NFD')
    for (const part of parts) {
      const partCode = part.codePointAt(0) ?? 0
      if (partCode < codePoints) mark(partCode)
    }
  }
}
