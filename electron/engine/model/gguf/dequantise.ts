/** ggml's element types -> float32. The block layouts are those of ggml's ggml-quants.c. */
import { bfloat16Value, float16Value } from '../halfPrecision.ts'

interface ElementKind {
  readonly name: string
  /** Elements per block, and the block's bytes. */
  readonly elements: number
  readonly bytes: number
  /** Reads a block at `at` into `target` from `to` on. */
  readonly read: (data: DataView, at: number, target: Float32Array, to: number) => void
}

const half = (data: DataView, at: number) => float16Value(data.getUint16(at, true))

/** Low and high four bits of 16 bytes: elements 0..15 and 16..31. */
function nibbles(data: DataView, at: number, put: (index: number, value: number) => void): void {
  for (let index = 0; index < 16; index += 1) {
    const byte = data.getUint8(at + index)
    put(index, byte & 15)
    put(index + 16, byte >> 4)
  }
}

/** Scale and minimum of sub-block `index` of 8, packed in 6 bits each into 12 bytes. */
function packedScale(data: DataView, at: number, index: number): [scale: number, minimum: number] {
  const byte = (offset: number) => data.getUint8(at + offset)
  if (index < 4) return [byte(index) & 63, byte(index + 4) & 63]
  return [
    (byte(index + 4) & 15) | ((byte(index - 4) >> 6) << 4),
    (byte(index + 4) >> 4) | ((byte(index) >> 6) << 4),
  ]
}

/** Q4_K, and Q5_K with the fifth bits at `highAt`. */
function readSuperBlock(
  data: DataView,
  at: number,
  target: Float32Array,
  to: number,
  highAt: number | null,
  quantsAt: number,
): void {
  const scale = half(data, at)
  const minimum = half(data, at + 2)
  for (let part = 0; part < 4; part += 1) {
    const [lowScale, lowMinimum] = packedScale(data, at + 4, 2 * part)
    const [highScale, highMinimum] = packedScale(data, at + 4, 2 * part + 1)
    for (let index = 0; index < 32; index += 1) {
      const byte = data.getUint8(quantsAt + 32 * part + index)
      const fifth = highAt === null ? 0 : data.getUint8(highAt + index) >> (2 * part)
      const low = (byte & 15) | ((fifth & 1) << 4)
      const high = (byte >> 4) | ((fifth & 2) << 3)
      target[to + 64 * part + index] = scale * lowScale * low - minimum * lowMinimum
      target[to + 64 * part + 32 + index] = scale * highScale * high - minimum * highMinimum
    }
  }
}

const kinds: Readonly<Record<number, ElementKind>> = {
  0: {
    name: 'F32',
    elements: 1,
    bytes: 4,
    read: (data, at, target, to) => (target[to] = data.getFloat32(at, true)),
  },
  1: {
    name: 'F16',
    elements: 1,
    bytes: 2,
    read: (data, at, target, to) => (target[to] = half(data, at)),
  },
  30: {
    name: 'BF16',
    elements: 1,
    bytes: 2,
    read: (data, at, target, to) => (target[to] = bfloat16Value(data.getUint16(at, true))),
  },
  2: {
    name: 'Q4_0',
    elements: 32,
    bytes: 18,
    read(data, at, target, to) {
      const scale = half(data, at)
      nibbles(data, at + 2, (index, value) => (target[to + index] = (value - 8) * scale))
    },
  },
  3: {
    name: 'Q4_1',
    elements: 32,
    bytes: 20,
    read(data, at, target, to) {
      const scale = half(data, at)
      const minimum = half(data, at + 2)
      nibbles(data, at + 4, (index, value) => (target[to + index] = value * scale + minimum))
    },
  },
  6: {
    name: 'Q5_0',
    elements: 32,
    bytes: 22,
    read(data, at, target, to) {
      const scale = half(data, at)
      const high = data.getUint32(at + 2, true)
      nibbles(data, at + 6, (index, value) => {
        target[to + index] = ((value | (((high >>> index) & 1) << 4)) - 16) * scale
      })
    },
  },
  7: {
    name: 'Q5_1',
    elements: 32,
    bytes: 24,
    read(data, at, target, to) {
      const scale = half(data, at)
      const minimum = half(data, at + 2)
      const high = data.getUint32(at + 4, true)
      nibbles(data, at + 8, (index, value) => {
        target[to + index] = (value | (((high >>> index) & 1) << 4)) * scale + minimum
      })
    },
  },
  8: {
    name: 'Q8_0',
    elements: 32,
    bytes: 34,
    read(data, at, target, to) {
      const scale = half(data, at)
      for (let index = 0; index < 32; index += 1)
        target[to + index] = data.getInt8(at + 2 + index) * scale
    },
  },
  12: {
    name: 'Q4_K',
    elements: 256,
    bytes: 144,
    read: (data, at, target, to) => readSuperBlock(data, at, target, to, null, at + 16),
  },
  13: {
    name: 'Q5_K',
    elements: 256,
    bytes: 176,
    read: (data, at, target, to) => readSuperBlock(data, at, target, to, at + 16, at + 48),
  },
  14: {
    name: 'Q6_K',
    elements: 256,
    bytes: 210,
    read(data, at, target, to) {
      const scale = half(data, at + 208)
      for (let part = 0; part < 2; part += 1) {
        for (let index = 0; index < 32; index += 1) {
          const high = data.getUint8(at + 128 + 32 * part + index)
          for (let quarter = 0; quarter < 4; quarter += 1) {
            const byte = data.getUint8(at + 64 * part + 32 * (quarter % 2) + index)
            const low = quarter < 2 ? byte & 15 : byte >> 4
            const value = (low | (((high >> (2 * quarter)) & 3) << 4)) - 32
            const sub = data.getInt8(at + 192 + 8 * part + 2 * quarter + (index >> 4))
            target[to + 128 * part + 32 * quarter + index] = scale * sub * value
          }
        }
      }
    },
  },
}

/** Names of the types that can be read. */
export const readableTypes = Object.values(kinds).map(({ name }) => name)

/** Whether the type keeps the values as a model's makers wrote them: such weights are not rounded any further here. */
export function isExactType(type: number): boolean {
  return type === 0 || type === 30
}

/** Bytes of `elements` elements; null for a type that cannot be read, or a number that does not fill its blocks. */
export function encodedBytes(type: number, elements: number): number | null {
  const kind = kinds[type]
  if (!kind || elements % kind.elements !== 0) return null
  return (elements / kind.elements) * kind.bytes
}

/** Decodes `target.length` elements; `data` has encodedBytes() of them. */
export function dequantise(type: number, data: Uint8Array, target: Float32Array): void {
  const kind = kinds[type]
  if (!kind) throw new Error(`There is no reader for ggml type ${type}.`)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let block = 0; block * kind.elements < target.length; block += 1)
    kind.read(view, block * kind.bytes, target, block * kind.elements)
}
