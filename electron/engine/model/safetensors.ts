/**
 * The safetensors format: 8 bytes of header length, a JSON header with each tensor's type, shape and byte range, data.
 * A file is not trusted: every length and range is checked before memory is touched.
 */
import { z } from 'zod'
import { bfloat16Value, float16Bits, float16Value } from './halfPrecision.ts'
import { ModelFileError } from './modelFileError.ts'

const bytesPerElement: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
}

/** The format's own limit on the header. */
const maxHeaderBytes = 100_000_000

const count = z.number().int().nonnegative()
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(count).max(16),
  data_offsets: z.tuple([count, count]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

export interface StoredTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Reads a whole file's bytes; the tensors are windows on them. Throws ModelFileError for a damaged file. */
export function parseSafetensors(file: Uint8Array): SafetensorsContent {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.byteLength < 8) throw new ModelFileError('The safetensors file is shorter than 8 bytes.')
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > maxHeaderBytes || 8 + headerLength > file.byteLength)
    throw new ModelFileError('The safetensors header is longer than the file.')
  const header = headerSchema.safeParse(parseJson(file.subarray(8, 8 + headerLength)))
  if (!header.success) throw new ModelFileError('The safetensors header is not a JSON object.')
  const data = file.subarray(8 + headerLength)

  const { __metadata__: rawMetadata = {}, ...entries } = header.data
  const metadata = metadataSchema.safeParse(rawMetadata)
  if (!metadata.success) throw new ModelFileError('The safetensors metadata is not text.')

  const ranges: [number, number][] = []
  const tensors = new Map<string, StoredTensor>()
  for (const [name, raw] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(raw)
    if (!entry.success) throw new ModelFileError(`Tensor ${name} has a malformed header entry.`)
    const { dtype, shape, data_offsets: range } = entry.data
    const [begin, end] = range
    const elementBytes = bytesPerElement[dtype]
    if (elementBytes === undefined)
      throw new ModelFileError(`Tensor ${name} has the unknown type ${dtype}.`)
    if (begin > end || end > data.byteLength)
      throw new ModelFileError(`Tensor ${name} lies outside the file.`)
    if (shape.reduce((product, size) => product * size, elementBytes) !== end - begin)
      throw new ModelFileError(`Tensor ${name} has ${end - begin} bytes, not what its shape needs.`)
    ranges.push([begin, end])
    tensors.set(name, { name, dtype, shape, bytes: data.subarray(begin, end) })
  }
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  let position = 0
  for (const [begin, end] of ranges) {
    if (begin !== position) throw new ModelFileError('Tensors in the file overlap or leave gaps.')
    position = end
  }
  if (position !== data.byteLength)
    throw new ModelFileError('The safetensors file does not end with its last tensor.')
  return { tensors, metadata: metadata.data }
}

/** Copies a floating-point tensor into float32 memory of the same number of elements. */
export function copyAsFloat32(tensor: StoredTensor, target: Float32Array): void {
  const { bytes, dtype, name } = tensor
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const elementBytes = bytesPerElement[dtype] ?? 0
  if (bytes.byteLength !== target.length * elementBytes)
    throw new ModelFileError(`Tensor ${name} does not have ${target.length} elements.`)
  if (dtype === 'F32') {
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(bytes)
  } else if (dtype === 'F16' || dtype === 'BF16') {
    const convert = dtype === 'F16' ? float16Value : bfloat16Value
    for (let index = 0; index < target.length; index += 1)
      target[index] = convert(view.getUint16(2 * index, true))
  } else {
    throw new ModelFileError(
      `Tensor ${name} has the type ${dtype}; weights must be F32, F16 or BF16.`,
    )
  }
}

export interface WritableTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** The file's bytes in pieces, to be written one after another. */
export function encodeSafetensors(
  tensors: readonly WritableTensor[],
  dtype: 'F32' | 'F16',
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } }
  let position = 0
  const pieces = tensors.map(({ name, shape, data }) => {
    const bytes =
      dtype === 'F32'
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(Uint16Array.from(data, float16Bits).buffer)
    header[name] = { dtype, shape, data_offsets: [position, position + bytes.byteLength] }
    position += bytes.byteLength
    return bytes
  })
  const json = JSON.stringify(header)
  const encoded = new TextEncoder().encode(json)
  // Padded with spaces so that the data starts on an 8-byte boundary, as the format's own writer does.
  const padded = new Uint8Array(8 + Math.ceil(encoded.length / 8) * 8).fill(0x20)
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true)
  padded.set(encoded, 8)
  return [padded, ...pieces]
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFileError('The safetensors header is not JSON.', { cause })
  }
}
