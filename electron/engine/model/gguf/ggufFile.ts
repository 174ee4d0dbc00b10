/**
 * The head of a GGUF file (versions 2 and 3): metadata and where each tensor lies. A file is not trusted: every length is
 * checked before memory is taken. Layout: github.com/ggml-org/ggml, docs/gguf.md.
 */
import type { FileHandle } from 'node:fs/promises'
import { ModelFileError } from '../modelFileError.ts'

export type GgufValue = number | string | boolean | readonly GgufValue[]

export interface GgufTensor {
  readonly name: string
  /** As in Hugging Face's files: rows first. */
  readonly shape: readonly number[]
  /** ggml's number of the element type. */
  readonly type: number
  /** Bytes from the file's start. */
  readonly begin: number
}

export interface GgufHead {
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufTensor[]
  readonly fileBytes: number
}

const magic = 0x46554747
const defaultAlignment = 32
const mostEntries = 1_000_000
const mostDimensions = 4
/** A vocabulary of some hundred thousand tokens with its merges takes a tenth of this. */
const mostHeadBytes = 512 * 1024 * 1024
const blockBytes = 1024 * 1024

/** @throws ModelFileError for a damaged file */
export async function readGgufHead(file: FileHandle): Promise<GgufHead> {
  const { size } = await file.stat()
  const reader = new HeadReader(file, size)
  if (size < 24 || (await reader.uint32()) !== magic)
    throw new ModelFileError('This is no GGUF file: its first four bytes are not "GGUF".')
  const version = await reader.uint32()
  if (version !== 2 && version !== 3)
    throw new ModelFileError(`The GGUF file has version ${version}; versions 2 and 3 work.`)
  const tensorCount = await reader.count()
  const entryCount = await reader.count()
  const metadata = new Map<string, GgufValue>()
  for (let index = 0; index < entryCount; index += 1) {
    const key = await reader.text()
    metadata.set(key, await reader.value(await reader.uint32()))
  }
  const found: GgufTensor[] = []
  for (let index = 0; index < tensorCount; index += 1) found.push(await readTensorEntry(reader))
  const alignment = metadata.get('general.alignment') ?? defaultAlignment
  if (typeof alignment !== 'number' || alignment < 1 || alignment % 1 !== 0)
    throw new ModelFileError('The GGUF file has an alignment that is no whole number.')
  const dataBegin = Math.ceil(reader.position / alignment) * alignment
  const tensors = found.map((tensor) => ({ ...tensor, begin: dataBegin + tensor.begin }))
  return { metadata, tensors, fileBytes: size }
}

async function readTensorEntry(reader: HeadReader): Promise<GgufTensor> {
  const name = await reader.text()
  const dimensions = await reader.uint32()
  if (dimensions > mostDimensions)
    throw new ModelFileError(`Tensor ${name} of the GGUF file has ${dimensions} dimensions.`)
  const shape: number[] = []
  for (let axis = 0; axis < dimensions; axis += 1) shape.unshift(await reader.uint64())
  return { name, shape, type: await reader.uint32(), begin: await reader.uint64() }
}

/** Reads forward through a file of which only a block is held. */
class HeadReader {
  readonly #file: FileHandle
  readonly #size: number
  #block = Buffer.alloc(0)
  #blockBegin = 0
  position = 0

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.#size = size
  }

  async bytes(length: number): Promise<Buffer> {
    const end = this.position + length
    if (end > this.#size || end > mostHeadBytes)
      throw new ModelFileError('The GGUF file ends within its head: it is damaged or incomplete.')
    if (end > this.#blockBegin + this.#block.length) {
      const wanted = Math.min(Math.max(length, blockBytes), this.#size - this.position)
      const block = Buffer.alloc(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await this.#file.read(
          block,
          filled,
          wanted - filled,
          this.position + filled,
        )
        if (bytesRead === 0) throw new ModelFileError('The GGUF file ends too early.')
        filled += bytesRead
      }
      this.#block = block
      this.#blockBegin = this.position
    }
    const begin = this.position - this.#blockBegin
    this.position = end
    return this.#block.subarray(begin, begin + length)
  }

  async uint32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE()
  }

  async uint64(): Promise<number> {
    const value = (await this.bytes(8)).readBigUInt64LE()
    if (value > Number.MAX_SAFE_INTEGER)
      throw new ModelFileError('The GGUF file holds a number that is too large to be true.')
    return Number(value)
  }

  /** Of entries, each of which takes at least a byte. */
  async count(): Promise<number> {
    const value = await this.uint64()
    if (value > mostEntries || value > this.#size)
      throw new ModelFileError(`The GGUF file claims ${value} entries: it is damaged.`)
    return value
  }

  async text(): Promise<string> {
    return (await this.bytes(await this.uint64())).toString('utf8')
  }

  async value(type: number): Promise<GgufValue> {
    switch (type) {
      case 0:
        return (await this.bytes(1)).readUInt8()
      case 1:
        return (await this.bytes(1)).readInt8()
      case 2:
        return (await this.bytes(2)).readUInt16LE()
      case 3:
        return (await this.bytes(2)).readInt16LE()
      case 4:
        return this.uint32()
      case 5:
        return (await this.bytes(4)).readInt32LE()
      case 6:
        return (await this.bytes(4)).readFloatLE()
      case 7:
        return (await this.bytes(1)).readUInt8() !== 0
      case 8:
        return this.text()
      case 9:
        return this.array()
      case 10:
        return this.uint64()
      case 11:
        return Number((await this.bytes(8)).readBigInt64LE())
      case 12:
        return (await this.bytes(8)).readDoubleLE()
      default:
        throw new ModelFileError(`The GGUF file has a value of the unknown type ${type}.`)
    }
  }

  async array(): Promise<GgufValue[]> {
    const type = await this.uint32()
    // Nested arrays occur in no model, and would let a small file ask for endless work.
    if (type === 9) throw new ModelFileError('The GGUF file has nested arrays.')
    const count = await this.count()
    const values: GgufValue[] = []
    for (let index = 0; index < count; index += 1) values.push(await this.value(type))
    return values
  }
}
