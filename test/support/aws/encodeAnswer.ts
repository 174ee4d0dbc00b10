/** Answers and refusals in the protocol of the service that was called. */
import { XMLBuilder } from 'fast-xml-parser'
import { cbor } from '@smithy/core/cbor'
import { shapeOf, type Operation, type ServiceModel, type Shape } from './serviceModel.ts'
import type { ServiceFailure } from './serviceFailure.ts'

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const xml = new XMLBuilder({ suppressEmptyNode: true })

export function encodeAnswer(
  model: ServiceModel,
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): WireAnswer {
  const shape = operation.output ? shapeOf(model, operation.output.shape) : null
  const status = operation.http.responseCode ?? 200
  switch (model.metadata.protocol) {
    case 'json':
      return answer(status, jsonType(model), jsonOf(output), requestId)
    case 'smithy-rpc-v2-cbor':
      return {
        status,
        headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
        body: Buffer.from(cbor.serialize(output)),
      }
    case 'query':
      return answer(
        status,
        'text/xml',
        queryDocument(model, operation, shape, output, requestId),
        requestId,
      )
    default:
      return encodeRest(model, operation, shape, output, requestId)
  }
}

export function encodeFailure(
  model: ServiceModel | null,
  { code, message, status }: ServiceFailure,
  requestId: string,
): WireAnswer {
  switch (model?.metadata.protocol) {
    case 'query':
      return answer(
        status,
        'text/xml',
        xml.build({
          ErrorResponse: {
            Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
            RequestId: requestId,
          },
        }) as string,
        requestId,
      )
    case 'rest-xml':
      return answer(
        status,
        'application/xml',
        xml.build({ Error: { Code: code, Message: message, RequestId: requestId } }) as string,
        requestId,
      )
    case 'rest-json': {
      const encoded = answer(status, 'application/json', JSON.stringify({ message }), requestId)
      return { ...encoded, headers: { ...encoded.headers, 'x-amzn-errortype': code } }
    }
    default:
      return answer(
        status,
        model ? jsonType(model) : 'application/json',
        JSON.stringify({ __type: code, message }),
        requestId,
      )
  }
}

function answer(status: number, type: string, body: string, requestId: string): WireAnswer {
  return {
    status,
    headers: { 'content-type': type, 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId },
    body: Buffer.from(body),
  }
}

function jsonType(model: ServiceModel): string {
  return `application/x-amz-json-${model.metadata.jsonVersion ?? '1.1'}`
}

/** JSON 1.1 carries times as seconds. */
function jsonOf(value: unknown): string {
  return JSON.stringify(withTimes(value, (time) => time.getTime() / 1000))
}

function withTimes(value: unknown, write: (time: Date) => unknown): unknown {
  if (value instanceof Date) return write(value)
  if (Array.isArray(value)) return value.map((entry) => withTimes(entry, write))
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, entry]) => entry !== undefined)
        .map(([name, entry]) => [name, withTimes(entry, write)]),
    )
  return value
}

function encodeRest(
  model: ServiceModel,
  operation: Operation,
  shape: Shape | null,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): WireAnswer {
  const headers: Record<string, string> = {
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
  }
  const rest: Record<string, unknown> = {}
  let status = operation.http.responseCode ?? 200
  for (const [name, value] of Object.entries(output)) {
    const member = shape?.members[name]
    if (value === undefined) continue
    if (member?.location === 'header')
      headers[(member.locationName ?? name).toLowerCase()] = headerText(value)
    else if (member?.location === 'headers')
      for (const [key, entry] of Object.entries(value as Record<string, string>))
        headers[`${member.locationName ?? ''}${key}`.toLowerCase()] = entry
    else if (member?.location === 'statusCode') status = Number(value)
    else rest[name] = value
  }
  if (shape?.payload !== undefined) {
    const payload = rest[shape.payload]
    if (payload instanceof Uint8Array) {
      const member = shape.members[shape.payload]
      const isStream = member !== undefined && shapeOf(model, member.shape).eventstream
      if (isStream) headers['content-type'] = 'application/vnd.amazon.eventstream'
      return { status, headers, body: Buffer.from(payload) }
    }
    if (typeof payload === 'string') return { status, headers, body: Buffer.from(payload) }
    return {
      status,
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(withTimes(payload ?? {}, iso))),
    }
  }
  if (model.metadata.protocol === 'rest-json')
    return {
      status,
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(withTimes(wireNames(shape, rest), iso))),
    }
  const hasBody = Object.keys(rest).length > 0
  return {
    status,
    headers: { ...headers, ...(hasBody ? { 'content-type': 'application/xml' } : {}) },
    body: hasBody
      ? Buffer.from(xml.build({ [rootOf(operation)]: xmlOf(model, shape, rest) }) as string)
      : Buffer.alloc(0),
  }
}

const iso = (time: Date) => time.toISOString()
const headerText = (value: unknown) => (value instanceof Date ? value.toUTCString() : String(value))

/** S3 names its documents after the operation's result. */
function rootOf({ name }: Operation): string {
  const roots: Readonly<Record<string, string>> = {
    ListObjectsV2: 'ListBucketResult',
    CreateMultipartUpload: 'InitiateMultipartUploadResult',
    CompleteMultipartUpload: 'CompleteMultipartUploadResult',
    GetBucketLocation: 'LocationConstraint',
    ListMultipartUploads: 'ListMultipartUploadsResult',
    ListParts: 'ListPartsResult',
    DeleteObjects: 'DeleteResult',
    ListBuckets: 'ListAllMyBucketsResult',
    CopyObject: 'CopyObjectResult',
  }
  return roots[name] ?? `${name}Output`
}

function wireNames(shape: Shape | null, value: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      shape?.members[name]?.locationName ?? name,
      entry,
    ]),
  )
}

/** A value as XMLBuilder takes it: lists as the shape wants them, flat or in a wrapper. */
function xmlOf(model: ServiceModel, shape: Shape | null, value: unknown): unknown {
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null || !shape) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([name, entry]) => {
        const member = shape.members[name]
        const target = member ? shapeOf(model, member.shape) : null
        const tag = member?.locationName ?? name
        if (!target || !Array.isArray(entry)) return [tag, xmlOf(model, target, entry)]
        const entryShape = target.member ? shapeOf(model, target.member.shape) : null
        const entries = entry.map((one: unknown) => xmlOf(model, entryShape, one))
        const isFlat = target.flattened || member?.flattened === true
        return [tag, isFlat ? entries : { [target.member?.locationName ?? 'member']: entries }]
      }),
  )
}

function queryDocument(
  model: ServiceModel,
  { name }: Operation,
  shape: Shape | null,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
): string {
  return xml.build({
    [`${name}Response`]: {
      [`${name}Result`]: xmlOf(model, shape, output),
      ResponseMetadata: { RequestId: requestId },
    },
  }) as string
}
