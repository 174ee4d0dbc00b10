/** The bytes of a GGUF file's head (version 3), and where its tensors go. */
import { Buffer } from 'node:buffer'

export type GgufEntry =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s'; readonly value: readonly number[] }

export interface GgufTensorPlan {
  readonly name: string
  /** Rows first; written with the fastest dimension first, as ggml counts. */
  readonly shape: readonly number[]
  readonly type: number
  readonly bytes: number
}

const version = 3
const alignment = 32
const typeCode = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const

/** Zeros up to the next aligned position. */
export function ggufPadding(position: number): Uint8Array {
  return new Uint8Array((alignment - (position % alignment)) % alignment)
}

/** Everything before the tensors' data, which follows tensor by tensor, each padded. */
export function encodeGgufHead(
  entries: ReadonlyMap<string, GgufEntry>,
  tensors: readonly GgufTensorPlan[],
): Uint8Array {
  const parts: Buffer[] = [Buffer.from('GGUF'), uint32(version)]
  parts.push(uint64(tensors.length), uint64(entries.size))
  for (const [key, entry] of entries) parts.push(text(key), encodeEntry(entry))
  let offset = 0
  for (const { name, shape, type, bytes } of tensors) {
    parts.push(text(name), uint32(shape.length))
    for (const size of shape.toReversed()) parts.push(uint64(size))
    parts.push(uint32(type), uint64(offset))
    offset += bytes + ggufPadding(bytes).length
  }
  const head = Buffer.concat(parts)
  return Buffer.concat([head, ggufPadding(head.length)])
}

function encodeEntry(entry: GgufEntry): Buffer {
  switch (entry.type) {
    case 'uint32':
      return Buffer.concat([uint32(typeCode.uint32), uint32(entry.value)])
    case 'float32': {
      const value = Buffer.alloc(4)
      value.writeFloatLE(entry.value)
      return Buffer.concat([uint32(typeCode.float32), value])
    }
    case 'bool':
      return Buffer.concat([uint32(typeCode.bool), Buffer.from([Number(entry.value)])])
    case 'string':
      return Buffer.concat([uint32(typeCode.string), text(entry.value)])
    case 'strings':
      return array(typeCode.string, entry.value.map(text))
    case 'int32s':
      return array(
        typeCode.int32,
        entry.value.map((value) => uint32(value >>> 0)),
      )
  }
}

function array(elementType: number, elements: readonly Buffer[]): Buffer {
  const head = [uint32(typeCode.array), uint32(elementType), uint64(elements.length)]
  return Buffer.concat([...head, ...elements])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  return Buffer.concat([uint64(bytes.length), bytes])
}
