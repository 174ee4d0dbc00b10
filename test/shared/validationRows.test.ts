import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ratioError } from '../../shared/ratioError.ts'
import {
  pairedError,
  parseValidationRowsLine,
  validationRowsLine,
} from '../../shared/validationRows.ts'

const share = fc.record({
  amount: fc.integer({ min: 0, max: 1e6 }).map((thousandths) => thousandths / 1000),
  size: fc.nat({ max: 100_000 }),
})

test('a line says the rows and is read again', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(share, { minLength: 1, maxLength: 50 }), (step, shares) => {
      expect(parseValidationRowsLine(validationRowsLine(step, shares))).toEqual({ step, shares })
    }),
  )
})

test.each(['step=3 eval_loss=1.2', 'step=3 sample=1 prompt="rows=1/2" answer=""', 'rows=1/2', ''])(
  'no other line is taken for one: %s',
  (line) => expect(parseValidationRowsLine(line)).toBeNull(),
)

test('a model that is a little better on every row is surely better, however hard the rows are', () => {
  const hard = [10, 200, 35, 90, 400, 12].map((amount) => ({ amount, size: 100 }))
  const better = hard.map(({ amount, size }) => ({ amount: amount - 5, size }))
  expect(pairedError(hard, better)).toBeCloseTo(0, 12)
  expect(ratioError(hard)).toBeGreaterThan(0.3)
})

test('its error is that of the difference, whichever comes first', () => {
  const a = [4, 9, 2, 7].map((amount) => ({ amount, size: 2 }))
  const b = [5, 7, 3, 3].map((amount) => ({ amount, size: 2 }))
  // Differences -1, 2, -1, 4 of mean 1: their standard error, over 2 bytes each.
  const expected = Math.sqrt((4 + 1 + 4 + 9) / 3 / 4) / 2
  expect(pairedError(a, b)).toBeCloseTo(expected, 12)
  expect(pairedError(b, a)).toBeCloseTo(expected, 12)
})

test('rows that are not the same are not compared', () => {
  const a = [1, 2, 3].map((amount) => ({ amount, size: 5 }))
  expect(pairedError(a, a.slice(1))).toBeNull()
  expect(pairedError(a.slice(1), a)).toBeNull()
  expect(pairedError(a, [...a.slice(0, 2), { amount: 3, size: 6 }])).toBeNull()
  expect(pairedError(a.slice(0, 1), a.slice(0, 1))).toBeNull()
})
