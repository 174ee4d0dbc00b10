/** Graph -> ONNX model bytes. Field numbers are those of onnx.proto (ONNX 1.14, IR version 8). */
import path from 'node:path'
import protobuf from 'protobufjs/minimal.js'
import type {
  Attribute,
  Constant,
  ElementType,
  ExternalConstant,
  Graph,
  GraphNode,
  Tensor,
} from './graph.ts'
import { handedMemory, microsoftDomain } from './graph.ts'

type Writer = protobuf.Writer

const irVersion = 8
const opsetVersion = 17
/** TensorProto.DataType. */
export const elementTypeCode: Record<ElementType, number> = {
  float32: 1,
  float16: 10,
  bfloat16: 16,
  int32: 6,
  int64: 7,
}
const attributeTypeCode = { float: 1, int: 2, string: 3, ints: 7 }

const externalDataLocation = 1

const tag = (field: number, wireType: number) => (field << 3) | wireType
const varint = 0
const lengthDelimited = 2
const fixed32 = 5

/** What the files of external constants are relative to; null without any. */
export function externalFolder({ externalConstants }: Graph): string | null {
  const [file] = externalConstants.map(({ place }) => place.file)
  return file === undefined || file === handedMemory ? null : path.parse(file).root
}

export function encodeOnnx(graph: Graph): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(tag(1, varint)).int64(irVersion)
  message(writer, 7, () => writeGraph(writer, graph))
  for (const [domain, version] of [
    ['', opsetVersion],
    [microsoftDomain, 1],
  ] as const) {
    message(writer, 8, () => {
      text(writer, 1, domain)
      writer.uint32(tag(2, varint)).int64(version)
    })
  }
  return writer.finish()
}

function writeGraph(writer: Writer, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node))
  text(writer, 2, 'timbre')
  for (const constant of graph.constants) message(writer, 5, () => writeConstant(writer, constant))
  for (const constant of graph.externalConstants)
    message(writer, 5, () => writeExternalConstant(writer, constant))
  for (const input of graph.inputs) message(writer, 11, () => writeValueInfo(writer, input))
  for (const output of graph.outputs) message(writer, 12, () => writeValueInfo(writer, output))
}

function writeNode(writer: Writer, node: GraphNode): void {
  for (const input of node.inputs) text(writer, 1, input)
  for (const output of node.outputs) text(writer, 2, output)
  text(writer, 4, node.operator)
  for (const [name, value] of Object.entries(node.attributes))
    message(writer, 5, () => writeAttribute(writer, name, value))
  text(writer, 7, node.domain)
}

function writeAttribute(writer: Writer, name: string, value: Attribute): void {
  text(writer, 1, name)
  const type = (code: number) => writer.uint32(tag(20, varint)).int32(code)
  if (typeof value === 'number') {
    writer.uint32(tag(3, varint)).int64(value)
    type(attributeTypeCode.int)
  } else if (typeof value === 'string') {
    text(writer, 4, value)
    type(attributeTypeCode.string)
  } else if ('float' in value) {
    writer.uint32(tag(2, fixed32)).float(value.float)
    type(attributeTypeCode.float)
  } else {
    for (const item of value) writer.uint32(tag(8, varint)).int64(item)
    type(attributeTypeCode.ints)
  }
}

function writeConstant(writer: Writer, { tensor, data }: Constant): void {
  for (const dimension of tensor.shape) writer.uint32(tag(1, varint)).int64(Number(dimension))
  writer.uint32(tag(2, varint)).int32(elementTypeCode[tensor.type])
  text(writer, 8, tensor.name)
  writer
    .uint32(tag(9, lengthDelimited))
    .bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writeExternalConstant(
  writer: Writer,
  { tensor, place: { file, byteOffset, byteLength } }: ExternalConstant,
): void {
  for (const dimension of tensor.shape) writer.uint32(tag(1, varint)).int64(Number(dimension))
  writer.uint32(tag(2, varint)).int32(elementTypeCode[tensor.type])
  text(writer, 8, tensor.name)
  const location = file === handedMemory ? file : path.relative(path.parse(file).root, file)
  const entries = { location, offset: byteOffset, length: byteLength }
  for (const [key, value] of Object.entries(entries))
    message(writer, 13, () => {
      text(writer, 1, key)
      text(writer, 2, `${value}`)
    })
  writer.uint32(tag(14, varint)).int32(externalDataLocation)
}

function writeValueInfo(writer: Writer, tensor: Tensor): void {
  text(writer, 1, tensor.name)
  message(writer, 2, () =>
    message(writer, 1, () => {
      writer.uint32(tag(1, varint)).int32(elementTypeCode[tensor.type])
      message(writer, 2, () => {
        for (const dimension of tensor.shape) {
          message(writer, 1, () => {
            if (typeof dimension === 'number') writer.uint32(tag(1, varint)).int64(dimension)
            else text(writer, 2, dimension)
          })
        }
      })
    }),
  )
}

function message(writer: Writer, field: number, write: () => void): void {
  writer.uint32(tag(field, lengthDelimited)).fork()
  write()
  writer.ldelim()
}

function text(writer: Writer, field: number, value: string): void {
  writer.uint32(tag(field, lengthDelimited)).string(value)
}
