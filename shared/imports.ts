/** Imports on their way, and what an S3 bucket shows. */
import { z } from 'zod'

export const importProgressSchema = z.object({
  importId: z.string(),
  name: z.string(),
  /** Of the file, as it is on the disk. */
  bytes: z.number().nonnegative(),
  totalBytes: z.number().nonnegative(),
  elapsedMs: z.number().nonnegative(),
  /** Header and first rows, once they are known. */
  preview: z
    .object({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) })
    .nullable(),
  isEnded: z.boolean(),
})
export type ImportProgress = z.infer<typeof importProgressSchema>

/** What has to be chosen before a file is read. */
export const importFileSchema = z.object({
  sheets: z.array(z.string()),
  /** Files inside a zip. */
  entries: z.array(z.string()),
})
export type ImportFile = z.infer<typeof importFileSchema>

export const s3ListingSchema = z.object({
  /** Names; of the account, or empty when a bucket was asked for. */
  buckets: z.array(z.string()),
  /** Folders below the prefix, their full prefix each. */
  prefixes: z.array(z.string()),
  objects: z.array(
    z.object({ key: z.string(), sizeBytes: z.number(), modifiedAtMs: z.number().nullable() }),
  ),
  /** Whether there is more than what is listed. */
  isCut: z.boolean(),
})
export type S3Listing = z.infer<typeof s3ListingSchema>
