/** float32 -> ggml's element types, as llama.cpp's own quantiser rounds. */
import { encodeFloat16, float16Bits, float16Value } from '../halfPrecision.ts'

export type GgufPrecision = 'f16' | 'q8_0'

export const ggmlType = { f32: 0, f16: 1, q8_0: 8 } as const

const blockSize = 32
const blockBytes = 34

/** The type that a weight is stored in: vectors stay exact, rows that do not fill blocks of 32 become halves. */
export function storedType(shape: readonly number[], precision: GgufPrecision): number {
  if (shape.length === 1) return ggmlType.f32
  const fits = (shape.at(-1) ?? 0) % blockSize === 0
  return precision === 'q8_0' && fits ? ggmlType.q8_0 : ggmlType.f16
}

export function encodeElements(type: number, data: Float32Array): Uint8Array {
  if (type === ggmlType.f32) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (type === ggmlType.f16) return new Uint8Array(encodeFloat16(data).buffer)
  if (type !== ggmlType.q8_0) throw new Error(`There is no writer for ggml type ${type}.`)
  const bytes = new Uint8Array((data.length / blockSize) * blockBytes)
  const view = new DataView(bytes.buffer)
  for (let block = 0; block * blockSize < data.length; block += 1) {
    let largest = 0
    for (let index = 0; index < blockSize; index += 1)
      largest = Math.max(largest, Math.abs(data[block * blockSize + index] as number))
    const half = float16Bits(largest / 127)
    view.setUint16(block * blockBytes, half, true)
    const scale = float16Value(half)
    for (let index = 0; index < blockSize; index += 1) {
      const value = data[block * blockSize + index] as number
      const level = scale === 0 ? 0 : Math.round(value / scale)
      view.setInt8(block * blockBytes + 2 + index, Math.max(-127, Math.min(127, level)))
    }
  }
  return bytes
}
