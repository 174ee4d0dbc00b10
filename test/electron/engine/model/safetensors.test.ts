import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import {
  bfloat16Value,
  float16Bits,
  float16Value,
} from '../../../../electron/engine/model/halfPrecision.ts'
import { ModelFileError } from '../../../../electron/engine/model/modelFileError.ts'
import {
  encodeSafetensors,
  readSafetensorsHeader,
  readTensorAsFloat32,
  type SafetensorsHeader,
} from '../../../../electron/engine/model/safetensors.ts'

const directory = mkdtempSync(path.join(os.tmpdir(), 'timbre-safetensors-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Writes the bytes to a file, hands it to `work` with its header, closes it. */
async function withFile<T>(
  bytes: Uint8Array,
  work: (header: SafetensorsHeader, handle: FileHandle) => T | Promise<T>,
): Promise<T> {
  const name = path.join(directory, 'model.safetensors')
  await writeFile(name, bytes)
  const handle = await open(name)
  try {
    return await work(await readSafetensorsHeader(handle), handle)
  } finally {
    await handle.close()
  }
}
const refusal = (bytes: Uint8Array) => withFile(bytes, () => null)

const join = (pieces: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(pieces))

function file(header: unknown, dataBytes: number): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)))
  return join([length, Buffer.from(json), new Uint8Array(dataBytes)])
}

test.each(['F32', 'F16'] as const)(
  '%s tensors and metadata come back as written',
  async (dtype) => {
    const data = new Float32Array([0, -1.5, 2 ** -14, 3 * 2 ** -24, 65504, 0.25])
    const pieces = encodeSafetensors([{ name: 'a.weight', shape: [2, 3], data }], dtype, {
      note: 'ü',
    })
    await withFile(join(pieces), async ({ tensors, metadata }, handle) => {
      const target = new Float32Array(6)
      await readTensorAsFloat32(handle, tensors.get('a.weight')!, target)
      expect(target).toEqual(data)
      expect(tensors.get('a.weight')!.shape).toEqual([2, 3])
      expect(metadata).toEqual({ format: 'pt', note: 'ü' })
    })
  },
)

test('every half survives the way through float32', () => {
  for (let half = 0; half < 0x10000; half += 1) {
    const value = float16Value(half)
    if (Number.isNaN(value)) expect(float16Bits(value) & 0x7fff).toBeGreaterThan(0x7c00)
    else if (float16Bits(value) !== half) expect.fail(`${half.toString(16)} does not come back`)
  }
})

test('a half is the nearest one, ties to even', () => {
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const error = Math.abs(float16Value(float16Bits(value)) - value)
      expect(error).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25))
    }),
  )
  expect(float16Bits(1 + 2 ** -11)).toBe(0x3c00)
  expect(float16Bits(1 + 3 * 2 ** -11)).toBe(0x3c02)
  expect(float16Bits(65520)).toBe(0x7c00)
  expect(float16Bits(65519)).toBe(0x7bff)
})

test('bfloat16 is read by its bits', () => {
  expect(bfloat16Value(0x3fc0)).toBe(1.5)
  expect(bfloat16Value(0xc120)).toBe(-10)
})

const f32 = (shape: number[], begin: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

test.each<[string, Uint8Array]>([
  ['an empty file', new Uint8Array()],
  ['a header length beyond the file', file('{}', 0).with(0, 200)],
  ['a huge header length', file('{}', 0).fill(255, 0, 8)],
  ['a header that is not JSON', file('{"a"', 0)],
  ['a header that is not an object', file('[]', 0)],
  ['an entry without a shape', file({ a: { dtype: 'F32', data_offsets: [0, 4] } }, 4)],
  ['an unknown type', file({ a: { ...f32([1], 0, 4), dtype: 'X9' } }, 4)],
  ['a tensor outside the file', file({ a: f32([2], 0, 8) }, 4)],
  ['offsets the wrong way round', file({ a: f32([1], 4, 0) }, 4)],
  ['negative offsets', file({ a: f32([1], -4, 0) }, 4)],
  ['a fractional size', file({ a: f32([0.5], 0, 2) }, 2)],
  ['a size that does not fit its shape', file({ a: f32([3], 0, 8) }, 8)],
  ['overlapping tensors', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12)],
  ['a gap between tensors', file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12)],
  ['bytes after the last tensor', file({ a: f32([1], 0, 4) }, 8)],
  ['metadata that is not text', file({ __metadata__: { a: 1 } }, 0)],
])('%s is refused', async (_, bytes) => {
  await expect(refusal(bytes)).rejects.toThrow(ModelFileError)
})

test('any truncation of a good file is refused', async () => {
  const data = new Float32Array(10)
  const whole = join(encodeSafetensors([{ name: 'a', shape: [10], data }], 'F32'))
  for (let length = 0; length < whole.length; length += 1)
    await expect(refusal(whole.subarray(0, length))).rejects.toThrow(ModelFileError)
})

test('integer tensors are not taken for weights', async () => {
  const bytes = file({ a: { ...f32([1], 0, 4), dtype: 'I32' } }, 4)
  await withFile(bytes, async ({ tensors }, handle) => {
    const read = readTensorAsFloat32(handle, tensors.get('a')!, new Float32Array(1))
    await expect(read).rejects.toThrow(/I32/)
  })
})
