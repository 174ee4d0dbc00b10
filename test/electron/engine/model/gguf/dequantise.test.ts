import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { dequantise, encodedBytes } from '../../../../../electron/engine/model/gguf/dequantise.ts'

/** Written by test/fixtures/gguf/make.py with the gguf package. */
const blocks = z
  .record(z.string(), z.object({ type: z.number(), data: z.string(), values: z.string() }))
  .parse(
    JSON.parse(
      readFileSync(new URL('../../../../fixtures/gguf/blocks.json', import.meta.url), 'utf8'),
    ),
  )

test.each(Object.entries(blocks))('%s is read as the gguf package reads it', (_, block) => {
  const data = Buffer.from(block.data, 'base64')
  const bytes = Buffer.from(block.values, 'base64')
  const expected = Float32Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readFloatLE(4 * index),
  )
  expect(encodedBytes(block.type, expected.length)).toBe(data.length)
  const values = new Float32Array(expected.length)
  dequantise(block.type, data, values)
  values.forEach((value, index) => {
    const difference = Math.abs(value - expected[index]!)
    if (!Object.is(value, expected[index]))
      expect(difference).toBeLessThanOrEqual(2 ** -20 * Math.abs(expected[index]!) + 1e-30)
  })
})

test('a type that cannot be read, or half a block, has no size', () => {
  expect(encodedBytes(10, 256)).toBeNull()
  expect(encodedBytes(8, 33)).toBeNull()
  expect(encodedBytes(8, 64)).toBe(68)
})
