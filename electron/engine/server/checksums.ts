/** The checksums that S3 clients send with an upload, in a header or in the trailer of a chunked body. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { ServiceError } from './serviceError.ts'

interface RunningChecksum {
  update(chunk: Uint8Array): void
  /** Base64. */
  digest(): string
}

const implemented: Readonly<Record<string, () => RunningChecksum>> = {
  crc32: createCrc32,
  sha1: () => fromHash('sha1'),
  sha256: () => fromHash('sha256'),
}

/** Values by algorithm, of the headers `x-amz-checksum-<algorithm>`. */
export function declaredChecksums(
  headers: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const declared: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const algorithm = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.exec(name)?.[1]
    if (algorithm && value) declared[algorithm] = value
  }
  return declared
}

/** Computes what is asked for and implemented; CRC32C and CRC64NVME are stored as sent, unchecked. */
export function createChecksums(algorithms: readonly string[]) {
  const running = new Map<string, RunningChecksum>()
  for (const algorithm of algorithms) {
    const create = implemented[algorithm]
    if (create && !running.has(algorithm)) running.set(algorithm, create())
  }
  return {
    update(chunk: Uint8Array): void {
      for (const checksum of running.values()) checksum.update(chunk)
    },
    digests(): Record<string, string> {
      return Object.fromEntries([...running].map(([name, checksum]) => [name, checksum.digest()]))
    },
  }
}

/** @throws ServiceError BadDigest */
export function verifyChecksums(
  declared: Readonly<Record<string, string>>,
  computed: Readonly<Record<string, string>>,
): void {
  for (const [algorithm, value] of Object.entries(declared)) {
    const actual = computed[algorithm]
    if (actual !== undefined && actual !== value) {
      throw new ServiceError(
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      )
    }
  }
}

function createCrc32(): RunningChecksum {
  let value = 0
  return {
    update: (chunk) => (value = crc32(chunk, value)),
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(value)
      return bytes.toString('base64')
    },
  }
}

function fromHash(algorithm: string): RunningChecksum {
  const hash = createHash(algorithm)
  return { update: (chunk) => hash.update(chunk), digest: () => hash.digest('base64') }
}
