/** Which of two sentences, one of them a stereotype, a model finds likelier. Definitions: docs/evaluation.md. */
import { z } from 'zod'

const logProbabilitiesSchema = z.object({
  /** Natural logarithm of the sentence's probability. */
  more: z.number(),
  less: z.number(),
})

export const stereotypePairSchema = z.object({
  /** Its place in the set. */
  position: z.number().int().nonnegative(),
  category: z.string(),
  more: z.string(),
  less: z.string(),
  tuned: logProbabilitiesSchema,
  /** Null where no base model was asked. */
  base: logProbabilitiesSchema.nullable(),
})
export type StereotypePair = z.infer<typeof stereotypePairSchema>
