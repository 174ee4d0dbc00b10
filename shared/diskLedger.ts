/** What Timbre keeps on the disk: each thing with its size, what deleting it would free, and the bin. */
import { z } from 'zod'

export const diskItemKindSchema = z.enum([
  'dataset',
  'baseModel',
  'model',
  'candidate',
  'checkpoint',
  'scoringModel',
  'evaluationSet',
])
export type DiskItemKind = z.infer<typeof diskItemKindSchema>

/** A checkpoint is named by its candidate, a scoring model and a published set by what they are. */
export const diskItemRefSchema = z.object({ kind: diskItemKindSchema, id: z.string().min(1) })
export type DiskItemRef = z.infer<typeof diskItemRefSchema>

export const diskItemSchema = diskItemRefSchema.extend({
  name: z.string(),
  /** What tells it from others with this name: a candidate's version, such as V2. */
  detail: z.string().nullable(),
  /** The model that a candidate or a checkpoint belongs to. */
  modelId: z.string().nullable(),
  sizeBytes: z.number(),
  /** Less than its size where something else needs the same bytes. */
  freesBytes: z.number(),
  /** Why it can't be deleted now; null when it can. */
  held: z.enum(['bundled', 'training', 'evaluating']).nullable(),
})
export type DiskItem = z.infer<typeof diskItemSchema>

/** What comes back by itself when it is needed. */
export const diskCacheSchema = z.enum(['unpackedModels', 'downloads', 'trainingCopies'])
export type DiskCache = z.infer<typeof diskCacheSchema>

export const binEntrySchema = diskItemRefSchema.extend({
  name: z.string(),
  detail: z.string().nullable(),
  /** What erasing it frees, as it was reckoned when it was deleted. */
  freesBytes: z.number(),
  deletedAtMs: z.number(),
  /** Erased for good at the first start after. */
  eraseAtMs: z.number(),
})
export type BinEntry = z.infer<typeof binEntrySchema>

export const diskLedgerSchema = z.object({
  /** The data folder. */
  directory: z.string(),
  totalBytes: z.number(),
  /** Left on its disk. */
  freeBytes: z.number(),
  /** False: the engine is off, and what it keeps can't be told apart. */
  isComplete: z.boolean(),
  /** A model stands before its candidates and checkpoints. */
  items: z.array(diskItemSchema),
  caches: z.array(z.object({ cache: diskCacheSchema, sizeBytes: z.number() })),
  /** The database, logs, and work in progress. */
  otherBytes: z.number(),
  /** The newest first. */
  bin: z.array(binEntrySchema),
})
export type DiskLedger = z.infer<typeof diskLedgerSchema>

/** How long what was deleted can be brought back. */
export const binDays = 30
