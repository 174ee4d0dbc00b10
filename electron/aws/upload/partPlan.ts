/** Into which parts a file is cut. */

const mebibyte = 1024 ** 2
/** S3's limits, in "Amazon S3 multipart upload limits". */
const mostParts = 10_000
/** Small enough for a smooth bar and for little lost by a break, large enough that requests don't matter. */
const usualPartBytes = 8 * mebibyte
/** Smaller ones are sent at once. */
export const smallestMultipartBytes = 16 * mebibyte

export interface Part {
  /** From 1. */
  readonly number: number
  readonly offset: number
  readonly sizeBytes: number
}

export function partSizeFor(sizeBytes: number): number {
  const least = Math.ceil(sizeBytes / mostParts / mebibyte) * mebibyte
  return Math.max(usualPartBytes, least)
}

export function partsOf(sizeBytes: number, partSizeBytes: number): Part[] {
  return Array.from({ length: Math.ceil(sizeBytes / partSizeBytes) }, (_, index) => {
    const offset = index * partSizeBytes
    return {
      number: index + 1,
      offset,
      sizeBytes: Math.min(partSizeBytes, sizeBytes - offset),
    }
  })
}
