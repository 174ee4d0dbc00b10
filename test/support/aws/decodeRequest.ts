/** A wire request as the operation that it calls and its input, by the protocol of the service's model. */
import { XMLParser } from 'fast-xml-parser'
import { cbor } from '@smithy/core/cbor'
import { decodeQuery, decodeScalar, decodeXml } from './decodeValue.ts'
import {
  serviceModels,
  shapeOf,
  signingNameOf,
  type Operation,
  type ServiceModel,
  type Shape,
} from './serviceModel.ts'
import type { WireRequest } from './wireRequest.ts'

export interface DecodedRequest {
  readonly model: ServiceModel
  readonly operation: Operation
  readonly input: Readonly<Record<string, unknown>>
}

/** @throws Error naming what no model knows */
export function decodeRequest(request: WireRequest): DecodedRequest {
  const models = modelsFor(request)
  for (const model of models) {
    const decoded = decodeFor(model, request)
    if (decoded) return decoded
  }
  const names = models.map(({ service }) => service).join(', ') || 'a service that is not known'
  const target = request.headers['x-amz-target'] ?? ''
  throw new Error(`${names} has no operation ${request.method} ${request.path} ${target}`)
}

/** SageMaker and its runtime sign with one name, as Bedrock and its runtime do. */
function modelsFor({ signedFor, headers, body }: WireRequest): ServiceModel[] {
  const all = [...serviceModels.values()]
  if (signedFor !== null) return all.filter((model) => signingNameOf(model) === signedFor)
  // Signing in is not signed: SSO's portal and OIDC, and STS with a web identity.
  const isForm = (headers['content-type'] ?? '').includes('x-www-form-urlencoded')
  return all.filter(({ service }) =>
    isForm && body ? service === 'sts' : service === 'sso' || service === 'sso-oidc',
  )
}

function decodeFor(model: ServiceModel, request: WireRequest): DecodedRequest | null {
  switch (model.metadata.protocol) {
    case 'json':
      return decodeJson(model, request)
    case 'query':
      return decodeForm(model, request)
    case 'rest-json':
    case 'rest-xml':
      return decodeRest(model, request)
    case 'smithy-rpc-v2-cbor':
      return decodeCbor(model, request) ?? decodeJson(asJson(model), request)
    default:
      return null
  }
}

/** What was asked in JSON is answered in JSON. */
function asJson(model: ServiceModel): ServiceModel {
  return { ...model, metadata: { ...model.metadata, protocol: 'json', jsonVersion: '1.0' } }
}

function decodeJson(model: ServiceModel, { headers, body }: WireRequest): DecodedRequest | null {
  const [prefix, name = ''] = (headers['x-amz-target'] ?? '').split('.')
  const operation = prefix === model.metadata.targetPrefix ? model.operations[name] : undefined
  if (!operation) return null
  return { model, operation, input: parseObject(body) }
}

function decodeCbor(model: ServiceModel, { path, body }: WireRequest): DecodedRequest | null {
  const name = /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(path)?.[1] ?? ''
  const operation = model.operations[name]
  if (!operation) return null
  const input: unknown = body && body.length > 0 ? cbor.deserialize(body) : {}
  return { model, operation, input: isRecord(input) ? input : {} }
}

function decodeForm(model: ServiceModel, { body }: WireRequest): DecodedRequest | null {
  const form = new URLSearchParams(body?.toString('utf8') ?? '')
  const operation = model.operations[form.get('Action') ?? '']
  if (!operation) return null
  form.delete('Action')
  form.delete('Version')
  return {
    model,
    operation,
    input: operation.input ? decodeQuery(model, operation.input.shape, form) : {},
  }
}

function decodeRest(model: ServiceModel, request: WireRequest): DecodedRequest | null {
  const candidates = Object.values(model.operations).flatMap((operation) => {
    const labels = matchUri(operation, request)
    return labels ? [{ operation, labels, weight: weightOf(model, operation, request) }] : []
  })
  const best = candidates.filter(({ weight }) => weight >= 0).sort((a, b) => b.weight - a.weight)[0]
  if (!best) return null
  const { operation, labels } = best
  const shape = operation.input ? shapeOf(model, operation.input.shape) : null
  return { model, operation, input: shape ? decodeMembers(model, shape, request, labels) : {} }
}

/** What the labels of `/model-customization-jobs/{jobIdentifier}` stand for; null when it is another address. */
function matchUri({ http }: Operation, { method, path, query }: WireRequest) {
  if (http.method !== method) return null
  const [template = '', fixed = ''] = http.requestUri.split('?')
  const names: string[] = []
  const expression = template.replace(/[.*+?^$()|[\]\\]|\{([^}]+)\}/g, (found, label?: string) => {
    if (label === undefined) return `\\${found}`
    names.push(label.replace('+', ''))
    return label.endsWith('+') ? '(.+)' : '([^/]+)'
  })
  const match = new RegExp(`^${expression}/?$`, 's').exec(path)
  if (!match) return null
  for (const [name, value] of new URLSearchParams(fixed))
    if (!query.some(([given, found]) => given === name && (value === '' || found === value)))
      return null
  return Object.fromEntries(
    names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
  )
}

/** Of operations at one address the one that explains most of the query; -1 when something it needs is missing. */
function weightOf(model: ServiceModel, operation: Operation, { query, headers }: WireRequest) {
  const named = new Map(query)
  const chosen = named.get('x-id')
  if (chosen !== undefined) return chosen === operation.name ? 100 : -1
  const shape = operation.input ? shapeOf(model, operation.input.shape) : null
  const needed = shape?.required.flatMap((name) => shape.members[name] ?? []) ?? []
  for (const { location, locationName = '' } of needed) {
    if (location === 'querystring' && !named.has(locationName)) return -1
    if (location === 'header' && headers[locationName.toLowerCase()] === undefined) return -1
  }
  const fixed = new URLSearchParams(operation.http.requestUri.split('?')[1] ?? '').size
  return (
    needed.filter(({ location }) => location === 'querystring' || location === 'header').length +
    fixed * 10
  )
}

function decodeMembers(
  model: ServiceModel,
  shape: Shape,
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const [name, reference] of Object.entries(shape.members)) {
    const wire = reference.locationName ?? name
    const target = shapeOf(model, reference.shape)
    if (reference.location === 'uri') input[name] = decodeScalar(target, labels[wire])
    else if (reference.location === 'querystring')
      input[name] = decodeQueryString(model, target, wire, request.query)
    else if (reference.location === 'header')
      input[name] = decodeScalar(target, request.headers[wire.toLowerCase()])
    else if (reference.location === 'headers') input[name] = prefixed(request.headers, wire)
  }
  Object.assign(input, decodeBody(model, shape, request))
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

function decodeQueryString(
  model: ServiceModel,
  target: Shape,
  name: string,
  query: WireRequest['query'],
): unknown {
  const values = query.filter(([given]) => given === name).map(([, value]) => value)
  if (values.length === 0) return undefined
  if (target.type !== 'list') return decodeScalar(target, values[0])
  const member = target.member ? shapeOf(model, target.member.shape) : target
  return values.map((value) => decodeScalar(member, value))
}

function prefixed(headers: Readonly<Record<string, string>>, prefix: string) {
  const found = Object.entries(headers).filter(([name]) => name.startsWith(prefix.toLowerCase()))
  if (found.length === 0) return undefined
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

function decodeBody(model: ServiceModel, shape: Shape, { body }: WireRequest) {
  const payload = shape.payload === undefined ? undefined : shape.members[shape.payload]
  if (payload && shape.payload !== undefined) {
    const target = shapeOf(model, payload.shape)
    if (target.type === 'blob' || target.type === 'string')
      return body === null || body.length > 0
        ? { [shape.payload]: target.type === 'blob' ? (body ?? Buffer.alloc(0)) : String(body) }
        : {}
    if (!body || body.length === 0) return {}
    return {
      [shape.payload]:
        model.metadata.protocol === 'rest-xml'
          ? decodeXml(model, target, Object.values(parseXml(body))[0])
          : parseObject(body),
    }
  }
  if (model.metadata.protocol === 'rest-xml' || !body || body.length === 0) return {}
  const byWireName = new Map(
    Object.entries(shape.members)
      .filter(([, reference]) => reference.location === undefined)
      .map(([name, reference]) => [reference.locationName ?? name, name]),
  )
  return Object.fromEntries(
    Object.entries(parseObject(body)).map(([name, value]) => [byWireName.get(name) ?? name, value]),
  )
}

const xmlParser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false })

function parseXml(body: Buffer): Record<string, unknown> {
  const document: unknown = xmlParser.parse(body.toString('utf8'))
  const roots = isRecord(document) ? Object.entries(document) : []
  return Object.fromEntries(roots.filter(([name]) => name !== '?xml'))
}

function parseObject(body: Buffer | null): Record<string, unknown> {
  const value: unknown = body && body.length > 0 ? JSON.parse(body.toString('utf8')) : {}
  if (!isRecord(value)) throw new Error('The body is not a JSON object')
  return value
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
