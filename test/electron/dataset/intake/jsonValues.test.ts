import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  jsonValues,
  type JsonFault,
  type JsonValue,
} from '../../../../electron/dataset/intake/jsonValues.ts'

async function read(bytes: Buffer, chunkSize: number) {
  const values: JsonValue[] = []
  const faults: JsonFault[] = []
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunkSize)
    chunks.push(bytes.subarray(at, at + chunkSize))
  for await (const batch of jsonValues(chunks, (fault) => faults.push(fault))) values.push(...batch)
  return { values, faults }
}

const whole = fc
  .dictionary(
    fc.constantFrom('q', 'a', '__proto__'),
    fc.constantFrom('x', '}\n{', '"', '你', 1, [{}], null),
  )
  .map((value) => JSON.stringify(value))
const part = fc.oneof(
  { weight: 6, arbitrary: whole },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...[
        '{"q":',
        '}',
        '{',
        '[',
        ']',
        ',',
        ' ',
        '\r',
        'nonsense',
        '"q": 1',
        '{"q":"',
        '{\n "q": 1\n}',
      ],
    ),
  },
)
const line = fc.oneof(
  { weight: 5, arbitrary: whole },
  { weight: 2, arbitrary: fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')) },
)

test('reads a line as a whole as it does by its braces', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.integer({ min: 2, max: 200 }),
      async (lines, chunkSize) => {
        const bytes = Buffer.from(lines.join('\n'))
        // One byte at a time there is never a whole line.
        expect(await read(bytes, chunkSize)).toEqual(await read(bytes, 1))
      },
    ),
    { numRuns: 2000 },
  ))

test('values that stand on one line are not tried again and again', async () => {
  const value = '{"question":"How long is it?","answer":"Long."}'
  const bytes = Buffer.from(`${`${value} `.repeat(40_000)}\n`)
  const began = performance.now()
  const { values, faults } = await read(bytes, bytes.length)
  expect(values).toHaveLength(40_000)
  expect(faults).toEqual([])
  expect(performance.now() - began).toBeLessThan(5000)
})
