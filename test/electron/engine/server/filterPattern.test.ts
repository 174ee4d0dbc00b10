import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseFilterPattern } from '../../../../electron/engine/server/filterPattern.ts'

const line = '{"step": 7, "train_loss": 1.25} Loss is "low", path C:\\x'

test.each([
  ['', true],
  ['   ', true],
  ['Loss', true],
  ['loss', true],
  ['LOSS', false],
  ['Loss low', true],
  ['Loss high', false],
  ['"Loss is"', true],
  ['"is Loss"', false],
  ['"\\"step\\": 7"', true],
  ['"C:\\\\x"', true],
  ['-high', true],
  ['Loss -low', false],
  ['-"Loss is"', false],
  ['?high ?low', true],
  ['?high ?absent', false],
  // Beside other terms, alternatives are left out of account.
  ['Loss ?absent', true],
  // A sign alone is a word.
  ['?', false],
  ['-', false],
])('%s is found: %s', (pattern, isFound) => {
  expect(parseFilterPattern(pattern)(line)).toBe(isFound)
})

test.each(['{ $.step = 7 }', '[a, b]', '%Loss%', ' { $.a }', '"open', 'a "b" "c'])(
  'refuses %s',
  (pattern) => {
    expect(() => parseFilterPattern(pattern)).toThrowError(
      expect.objectContaining({ name: 'InvalidParameterException' }),
    )
  },
)

test('takes or refuses any pattern, and is quick about it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.string(), (pattern, message) => {
      try {
        expect(typeof parseFilterPattern(pattern)(message)).toBe('boolean')
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidParameterException' })
      }
    }),
  )
  parseFilterPattern('"'.repeat(1024))
  parseFilterPattern(`"${'\\'.repeat(1000)}"`)
})
