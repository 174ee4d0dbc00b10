/** CRC-32 as S3 writes it, of a part and of an object that was made of parts. */
import { crc32 } from 'node:zlib'

/** Base64 of the big-endian value. */
export function checksumOf(bytes: Uint8Array): string {
  const value = Buffer.alloc(4)
  value.writeUInt32BE(crc32(bytes))
  return value.toString('base64')
}

/** S3's COMPOSITE kind: the checksum of the parts' checksums, and how many they were. */
export function compositeChecksum(parts: readonly string[]): string {
  const values = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
  return `${checksumOf(values)}-${parts.length}`
}
