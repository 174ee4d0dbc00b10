/** Small models that score answers in a report, where they are on this computer. */
import { z } from 'zod'

/** Detoxify's classifier for toxicity, and the encoder that BERTScore needs. */
export const scoringModelNameSchema = z.enum(['toxicityClassifier', 'encoder'])
export type ScoringModelName = z.infer<typeof scoringModelNameSchema>
export const scoringModelNames = scoringModelNameSchema.options

/** Names of their own, the same in every language. */
export const scoringModelTitles: Readonly<Record<ScoringModelName, string>> = {
  toxicityClassifier: 'Detoxify',
  encoder: 'BERTScore',
}

export const scoringModelStateSchema = z.object({
  name: scoringModelNameSchema,
  /** Null while it is not on this computer. */
  sizeBytes: z.number().nullable(),
})
export type ScoringModelState = z.infer<typeof scoringModelStateSchema>

export const scoringModelProgressSchema = z.object({
  name: scoringModelNameSchema,
  /** Of its download; null once it has ended. */
  progress: z.object({ receivedBytes: z.number(), totalBytes: z.number() }).nullable(),
})
export type ScoringModelProgress = z.infer<typeof scoringModelProgressSchema>
