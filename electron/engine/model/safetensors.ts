/**
 * The safetensors format: 8 bytes of header length, a JSON header with each tensor's type, shape and byte range, data.
 * A file is not trusted: every length and range is checked before memory is touched.
 */
import type { FileHandle } from 'node:fs/promises'
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

/** Where a tensor lies in its file. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Bytes from the file's start. */
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>
  readonly metadata: Readonly<Record<string, string>>
}

const lengthBytes = 8

/** Reads the header alone; the caller keeps and closes the handle. Throws ModelFileError for a damaged file. */
export async function readSafetensorsHeader(file: FileHandle): Promise<SafetensorsHeader> {
  const { size } = await file.stat()
  if (size < lengthBytes) throw new ModelFileError('The safetensors file is shorter than 8 bytes.')
  const headerLength = Number((await readRange(file, 0, lengthBytes)).readBigUInt64LE())
  if (headerLength > maxHeaderBytes || lengthBytes + headerLength > size)
    throw new ModelFileError('The safetensors header is longer than the file.')
  const dataBegin = lengthBytes + headerLength
  const header = headerSchema.safeParse(parseJson(await readRange(file, lengthBytes, dataBegin)))
  if (!header.success) throw new ModelFileError('The safetensors header is not a JSON object.')
  return parseHeader(header.data, dataBegin, size)
}

function parseHeader(
  header: z.output<typeof headerSchema>,
  dataBegin: number,
  fileSize: number,
): SafetensorsHeader {
  const { __metadata__: rawMetadata = {}, ...entries } = header
  const metadata = metadataSchema.safeParse(rawMetadata)
  if (!metadata.success) throw new ModelFileError('The safetensors metadata is not text.')

  const tensors = new Map<string, TensorEntry>()
  for (const [name, raw] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(raw)
    if (!entry.success) throw new ModelFileError(`Tensor ${name} has a malformed header entry.`)
    const { dtype, shape, data_offsets: range } = entry.data
    const begin = dataBegin + range[0]
    const end = dataBegin + range[1]
    const elementBytes = bytesPerElement[dtype]
    if (elementBytes === undefined)
      throw new ModelFileError(`Tensor ${name} has the unknown type ${dtype}.`)
    if (begin > end || end > fileSize)
      throw new ModelFileError(`Tensor ${name} lies outside the file.`)
    if (shape.reduce((product, size) => product * size, elementBytes) !== end - begin)
      throw new ModelFileError(`Tensor ${name} has ${end - begin} bytes, not what its shape needs.`)
    tensors.set(name, { name, dtype, shape, begin, end })
  }
  let position = dataBegin
  for (const { begin, end } of [...tensors.values()].sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    if (begin !== position) throw new ModelFileError('Tensors in the file overlap or leave gaps.')
    position = end
  }
  if (position !== fileSize)
    throw new ModelFileError('The safetensors file does not end with its last tensor.')
  return { tensors, metadata: metadata.data }
}

/** Reads a tensor of F32, F16 or BF16 into float32 memory of as many elements. Throws ModelFileError. */
export async function readTensorAsFloat32(
  file: FileHandle,
  entry: TensorEntry,
  target: Float32Array,
): Promise<void> {
  const { dtype, name, begin, end } = entry
  const elementBytes = bytesPerElement[dtype] ?? 0
  if (end - begin !== target.length * elementBytes)
    throw new ModelFileError(`Tensor ${name} does not have ${target.length} elements.`)
  if (dtype === 'F32') {
    await readInto(file, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), begin)
    return
  }
  if (dtype !== 'F16' && dtype !== 'BF16')
    throw new ModelFileError(
      `Tensor ${name} has the type ${dtype}; weights must be F32, F16 or BF16.`,
    )
  const convert = dtype === 'F16' ? float16Value : bfloat16Value
  const bytes = await readRange(file, begin, end)
  for (let index = 0; index < target.length; index += 1)
    target[index] = convert(bytes.readUInt16LE(2 * index))
}

async function readRange(file: FileHandle, begin: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - begin)
  await readInto(file, bytes, begin)
  return bytes
}

/** One read call takes at most 2 GiB. */
const readAtMost = 2 ** 30

async function readInto(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.byteLength;) {
    const length = Math.min(readAtMost, target.byteLength - done)
    const { bytesRead } = await file.read(target, done, length, position + done)
    if (bytesRead === 0) throw new ModelFileError('The safetensors file ends too early.')
    done += bytesRead
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
