/**
 * The safetensors format: 8 bytes of header length, a JSON header with each tensor's type, shape and byte range, data.
 * A file is not trusted: every length and range is checked before memory is touched.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { decodeHalves, encodeFloat16 } from './halfPrecision.ts'
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

/** What readTensorAsFloat32 takes. */
export type WeightType = 'F32' | 'F16' | 'BF16'

export function isWeightType(dtype: string): dtype is WeightType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16'
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
  if (!isWeightType(dtype))
    throw new ModelFileError(
      `Tensor ${name} has the type ${dtype}; weights must be F32, F16 or BF16.`,
    )
  if (dtype === 'F32') {
    await readInto(file, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), begin)
    return
  }
  decodeHalves(dtype, await readRange(file, begin, end), target)
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

export type WritableType = 'F32' | 'F16'

export interface WritableTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** The file's bytes in pieces, to be written one after another. */
export function encodeSafetensors(
  tensors: readonly WritableTensor[],
  dtype: WritableType,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header = encodeHeader(
    tensors.map((tensor) => ({ ...tensor, dtype })),
    metadata,
  )
  return [header, ...tensors.map(({ data }) => encodeData(data, dtype))]
}

export interface StreamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: WritableType
  /** Called once, when the tensor's turn has come. */
  readonly read: () => Promise<Float32Array>
}

/** Writes a file of which only one tensor is in memory at a time. */
export async function writeSafetensors(
  file: string,
  tensors: readonly StreamedTensor[],
): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(encodeHeader(tensors, {}))
    for (const { read, dtype } of tensors) await handle.writeFile(encodeData(await read(), dtype))
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function encodeHeader(
  tensors: readonly Pick<StreamedTensor, 'name' | 'shape' | 'dtype'>[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } }
  let position = 0
  for (const { name, shape, dtype } of tensors) {
    const end =
      shape.reduce((product, size) => product * size, bytesPerElement[dtype] ?? 0) + position
    header[name] = { dtype, shape, data_offsets: [position, end] }
    position = end
  }
  const encoded = new TextEncoder().encode(JSON.stringify(header))
  // Padded with spaces so that the data starts on an 8-byte boundary, as the format's own writer does.
  const padded = new Uint8Array(lengthBytes + Math.ceil(encoded.length / 8) * 8).fill(0x20)
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - lengthBytes), true)
  padded.set(encoded, lengthBytes)
  return padded
}

function encodeData(data: Float32Array, dtype: WritableType): Uint8Array {
  return dtype === 'F32'
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(encodeFloat16(data).buffer)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFileError('The safetensors header is not JSON.', { cause })
  }
}
