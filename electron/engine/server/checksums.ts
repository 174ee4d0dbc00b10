/** The checksums that S3 clients send with an upload, in a header or in the trailer of a chunked body. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createCrc32c, createCrc64Nvme } from './cyclicRedundancy.ts'
import { ServiceError } from './serviceError.ts'

interface RunningChecksum {
  update(chunk: Uint8Array): void
  digest(): Buffer
}

const implemented = {
  crc32: { create: createCrc32, bytes: 4, isCrc: true },
  crc32c: { create: createCrc32c, bytes: 4, isCrc: true },
  crc64nvme: { create: createCrc64Nvme, bytes: 8, isCrc: true },
  sha1: { create: () => createHash('sha1'), bytes: 20, isCrc: false },
  sha256: { create: () => createHash('sha256'), bytes: 32, isCrc: false },
  sha512: { create: () => createHash('sha512'), bytes: 64, isCrc: false },
} as const satisfies Record<
  string,
  { create: () => RunningChecksum; bytes: number; isCrc: boolean }
>
export type ChecksumAlgorithm = keyof typeof implemented
export type Checksums = Readonly<Partial<Record<ChecksumAlgorithm, string>>>
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** What S3 computes where the client sent no checksum of its own. */
export const defaultAlgorithm: ChecksumAlgorithm = 'crc64nvme'

const headerPattern = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/

function isImplemented(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(implemented, name)
}

/** @throws ServiceError NotImplemented, InvalidRequest */
export function algorithmOf(name: string): ChecksumAlgorithm {
  const algorithm = name.toLowerCase()
  if (isImplemented(algorithm)) return algorithm
  if (/^(md5|xxhash(64|3|128))$/.test(algorithm)) {
    throw new ServiceError('NotImplemented', `${name} checksums are not offered here.`, 501)
  }
  throw new ServiceError(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512]',
  )
}

/**
 * The one value among the headers `x-amz-checksum-<algorithm>`, if any.
 * @throws ServiceError InvalidRequest for two of them, or for a value of the wrong length
 */
export function declaredChecksum(
  headers: Readonly<Record<string, string | undefined>>,
): { algorithm: ChecksumAlgorithm; value: string } | null {
  const declared = Object.entries(headers).flatMap(([header, value]) => {
    const name = headerPattern.exec(header)?.[1]
    return name === undefined || value === undefined ? [] : [{ name, value }]
  })
  const [first, second] = declared
  if (!first) return null
  if (second) throw severalChecksums()
  const algorithm = algorithmOf(first.name)
  const bytes = Buffer.from(first.value, 'base64')
  if (bytes.length !== implemented[algorithm].bytes || bytes.toString('base64') !== first.value) {
    throw new ServiceError(
      'InvalidRequest',
      `Value for x-amz-checksum-${algorithm} header is invalid.`,
    )
  }
  return { algorithm, value: first.value }
}

/** The algorithm that `x-amz-trailer` announces, if any. */
export function announcedAlgorithm(header: string | undefined): ChecksumAlgorithm | null {
  const names = (header ?? '').split(',').flatMap((name) => {
    const algorithm = headerPattern.exec(name.trim().toLowerCase())?.[1]
    return algorithm === undefined ? [] : [algorithm]
  })
  if (names.length > 1) throw severalChecksums()
  return names[0] === undefined ? null : algorithmOf(names[0])
}

/** Computes base64 digests while bytes pass by. */
export function createChecksums(algorithms: readonly ChecksumAlgorithm[]) {
  const running = [...new Set(algorithms)].map(
    (algorithm) => [algorithm, implemented[algorithm].create()] as const,
  )
  return {
    update(chunk: Uint8Array): void {
      for (const [, checksum] of running) checksum.update(chunk)
    },
    digests(): Checksums {
      return Object.fromEntries(
        running.map(([name, checksum]) => [name, checksum.digest().toString('base64')]),
      )
    },
  }
}

/** @throws ServiceError BadDigest */
export function verifyChecksum(
  declared: { readonly algorithm: ChecksumAlgorithm; readonly value: string },
  computed: Checksums,
): void {
  if (computed[declared.algorithm] !== declared.value) {
    throw new ServiceError(
      'BadDigest',
      `The ${declared.algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    )
  }
}

/** How an upload in parts is summed up when it is complete. @throws ServiceError InvalidRequest */
export function checksumTypeFor(
  algorithm: ChecksumAlgorithm,
  asked: string | undefined,
): ChecksumType {
  if (asked !== undefined && asked !== 'FULL_OBJECT' && asked !== 'COMPOSITE') {
    throw new ServiceError('InvalidRequest', 'Value for x-amz-checksum-type header is invalid.')
  }
  const type = asked ?? (algorithm === defaultAlgorithm ? 'FULL_OBJECT' : 'COMPOSITE')
  const isPossible =
    type === 'FULL_OBJECT' ? implemented[algorithm].isCrc : algorithm !== defaultAlgorithm
  if (!isPossible) {
    throw new ServiceError(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
    )
  }
  return type
}

/** The checksum of the parts' checksums, and their number. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): string {
  const checksum = implemented[algorithm].create()
  for (const part of parts) checksum.update(Buffer.from(part, 'base64'))
  return `${checksum.digest().toString('base64')}-${parts.length}`
}

/** A composite one ends in the number of parts. */
export function typeOfChecksum(value: string): ChecksumType {
  return value.includes('-') ? 'COMPOSITE' : 'FULL_OBJECT'
}

function severalChecksums(): ServiceError {
  return new ServiceError(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  )
}

function createCrc32(): RunningChecksum {
  let value = 0
  return {
    update: (chunk) => (value = crc32(chunk, value)),
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes
    },
  }
}
