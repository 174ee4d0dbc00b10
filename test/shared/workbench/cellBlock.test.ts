import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockToText, textToBlock } from '../../../shared/workbench/cellBlock.ts'

test.each([
  ['one', [['one']]],
  [
    'a\tb\nc\td',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a\tb\r\nc\td\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['"two\nlines"\t"say ""yes"""', [['two\nlines', 'say "yes"']]],
  ['', [['']]],
  ['\t', [['', '']]],
  ['\n', [['']]],
  ['"never closed\tb', [['"never closed', 'b']]],
  ['"quoted" and more', [['"quoted" and more']]],
  ['5" screen\tx', [['5" screen', 'x']]],
])('reads %j as a spreadsheet would', (text, block) => {
  expect(textToBlock(text)).toEqual(block)
})

test('what is copied is what is pasted', () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('"', '\t', '\n', '\r', 'a', ' ', '问'), maxLength: 6 }),
    fc.string({ maxLength: 10 }),
  )
  const block = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 5,
      }),
    )
    // An empty last line cannot be told from the end.
    .filter((rows) => rows.at(-1)?.join('') !== '' || (rows.at(-1)?.length ?? 0) > 1)
  fc.assert(
    fc.property(block, (rows) => {
      expect(textToBlock(blockToText(rows))).toEqual(rows)
    }),
  )
})
