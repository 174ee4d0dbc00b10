/** The scores as AWS's fmeval library itself computes them, in an account's processing job, beside ours. */
import { z } from 'zod'

export const libraryVersion = '1.2.3'
export const libraryInstanceType = 'ml.m5.2xlarge'
/** Fetching the library and its models, and scoring on a CPU: a guess until somebody has measured it. */
export const libraryMinutes = { low: 15, high: 60 } as const

export const libraryPlanSchema = z.object({ workspaceId: z.string() })
export type LibraryPlan = z.infer<typeof libraryPlanSchema>

/** The library's names; `bertscore` has no counterpart without an embedding model. */
export const libraryScoreNames = [
  'f1_score',
  'precision_over_words',
  'recall_over_words',
  'exact_match_score',
  'quasi_exact_match_score',
  'rouge1',
  'rouge2',
  'rougeL',
  'meteor',
  'factual_knowledge',
  'factual_knowledge_quasi_exact',
  'bertscore',
] as const
export type LibraryScoreName = (typeof libraryScoreNames)[number]

/** What could not be computed is left out; why stands in `errors`. */
const sideSchema = z.partialRecord(z.enum(libraryScoreNames), z.number())

/** As the script writes it. */
export const libraryResultSchema = z.object({
  library: z.literal('fmeval'),
  version: z.string(),
  rows: z.array(
    z.object({
      position: z.number().int().nonnegative(),
      tuned: sideSchema,
      base: sideSchema.nullable(),
    }),
  ),
  errors: z.partialRecord(z.enum(libraryScoreNames), z.string()),
})
export type LibraryResult = z.infer<typeof libraryResultSchema>

export const libraryCheckSchema = libraryResultSchema.extend({ jobName: z.string() })
export type LibraryCheck = z.infer<typeof libraryCheckSchema>
