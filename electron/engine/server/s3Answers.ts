/** The forms of S3's answers and refusals, and its way of writing keys. */
import { typeOfChecksum, type Checksums } from './checksums.ts'
import type { EngineResponse } from './exchange.ts'
import { ServiceError } from './serviceError.ts'
import { xmlDocument } from './xml.ts'

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** S3's largest page. */
export const mostKeys = 1000

export function xml(name: string, content: unknown): EngineResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument(name, content, namespace),
  }
}

export function empty(status: number, headers: Record<string, string> = {}): EngineResponse {
  return {
    status,
    headers: status === 204 || status === 304 ? headers : { 'content-length': '0', ...headers },
    body: null,
  }
}

export function checksumHeaders(checksums: Checksums): Record<string, string> {
  const values = Object.entries(checksums)
  return Object.fromEntries([
    ...values.map(([name, value]) => [`x-amz-checksum-${name}`, value] as const),
    ...values.map(([, value]) => ['x-amz-checksum-type', typeOfChecksum(value)] as const),
  ])
}

/** The same as members of an XML document. */
export function checksumMembers(checksums: Checksums): Record<string, string> {
  const values = Object.entries(checksums)
  return Object.fromEntries([
    ...values.map(([name, value]) => [`Checksum${name.toUpperCase()}`, value] as const),
    ...values.map(([, value]) => ['ChecksumType', typeOfChecksum(value)] as const),
  ])
}

/** S3 orders keys by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

export function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** A whole number of the query between 0 and `most`, which is also what its absence means. */
export function pageSize(text: string | null, name: string, most = mostKeys): number {
  if (text === null || text === '') return most
  if (!/^\d{1,9}$/.test(text)) {
    throw new ServiceError('InvalidArgument', `${name} must be a whole number.`)
  }
  return Math.min(Number(text), most)
}

export function noSuchKey(method: string): ServiceError {
  // A HEAD answer has no body, so its error is named by the status alone.
  return new ServiceError(
    method === 'HEAD' ? 'NotFound' : 'NoSuchKey',
    'The specified key does not exist.',
    404,
  )
}

export function noSuchBucket(): ServiceError {
  return new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404)
}

export function noSuchUpload(): ServiceError {
  return new ServiceError('NoSuchUpload', 'The specified multipart upload does not exist.', 404)
}

export function methodNotAllowed(): ServiceError {
  return new ServiceError('MethodNotAllowed', 'The method is not allowed here.', 405)
}

export function notImplemented(what: string): ServiceError {
  return new ServiceError('NotImplemented', `${what} is not offered on this computer.`, 501)
}

export function readOnly(): ServiceError {
  return new ServiceError('AccessDenied', 'The base models are read-only.', 403)
}
