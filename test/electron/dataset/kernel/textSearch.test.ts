import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileWat } from '../../../../build/wasm.ts'
import { TextSearch } from '../../../../electron/dataset/kernel/textSearch.ts'
import { textSearchModule } from '../../../../electron/dataset/kernel/textSearchModule.ts'

test('the search in the source tree is what its text compiles to', async () => {
  const compiled = await compileWat('electron/dataset/kernel/textSearch.wat')
  expect(textSearchModule).toBe(Buffer.from(compiled).toString('base64'))
})

/** Few different letters, so that a part of the needle is found again and again. */
const letters = (maxLength: number) =>
  fc
    .array(fc.constantFrom('a', 'A', 'b', 'B', 'z', 'Z', '@', '[', '`', '{', ' ', 'é', '你'), {
      minLength: 1,
      maxLength,
    })
    .map((parts) => parts.join(''))

const asciiLower = (bytes: Buffer) =>
  Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)))

test.each([
  ['as it is', false],
  ['with A-Z as a-z', true],
])('finds every place that indexOf finds, %s', (_, foldCase) => {
  fc.assert(
    fc.property(letters(120), letters(40), letters(4), fc.nat(20), (before, after, needle, cut) => {
      // Half of the texts hold the needle; what lies after the end is not found.
      const text = Buffer.from(cut % 2 === 0 ? `${before}${needle}${after}` : before + after)
      const wanted = Buffer.from(needle)
      const search = new TextSearch(wanted, foldCase, text.length)
      search.text.set(text)
      const end = Math.max(0, text.length - cut)
      const [where, what] = foldCase ? [asciiLower(text), asciiLower(wanted)] : [text, wanted]
      for (let from = 0; from <= end; from += 1) {
        const expected = where.subarray(0, end).indexOf(what, from)
        expect(search.indexIn(from, end)).toBe(expected)
      }
    }),
    { numRuns: 500 },
  )
})
