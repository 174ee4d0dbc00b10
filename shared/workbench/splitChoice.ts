/** How rows are divided into those to train on and those to check with; recorded with every version. */
import { z } from 'zod'

/** Validation rows whose question stands among the training rows, word for word or nearly, are left out. */
const withoutLeaked = { withoutLeaked: z.boolean().optional() }

export const splitPlanSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('random') }),
  /** Rows with the same value in a column stay together: a customer, a document, a conversation. */
  z.object({ kind: z.literal('group'), column: z.string(), ...withoutLeaked }),
  /** Nearly equal questions stay together, so that no question is both learned and asked. */
  z.object({ kind: z.literal('similar'), ...withoutLeaked }),
  /** Every topic has its share in both. */
  z.object({ kind: z.literal('topic'), ...withoutLeaked }),
  /** All rows of another dataset are the validation rows. */
  z.object({
    kind: z.literal('file'),
    datasetId: z.string(),
    /** The state of that dataset; set when a version is started. */
    contentSha256: z.string().optional(),
    ...withoutLeaked,
  }),
])
export type SplitPlan = z.infer<typeof splitPlanSchema>

export const sampleRowsSchema = z.number().int().min(10).max(10_000_000).nullable()

/** How a dataset is to be divided, as its analyst chose it. */
export const splitChoiceSchema = z.object({
  split: splitPlanSchema,
  validationFraction: z.number().min(0.05).max(0.5),
  sampleRows: sampleRowsSchema,
})
export type SplitChoice = z.infer<typeof splitChoiceSchema>

/** Of every split that the window makes. */
export const splitSeed = 1

/** Until something else is chosen. */
export const usualSplit: SplitChoice = {
  split: { kind: 'random' },
  validationFraction: 0.2,
  sampleRows: null,
}
