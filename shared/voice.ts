/** How close answers are to the training answers in manner, whatever they say. Definitions: docs/evaluation.md. */
import { z } from 'zod'

export const voiceTraits = [
  'length',
  'readingLevel',
  'rhythm',
  'greeting',
  'closing',
  'vocabulary',
] as const
export const voiceTraitSchema = z.enum(voiceTraits)
export type VoiceTrait = z.infer<typeof voiceTraitSchema>

const phraseSchema = z.object({
  phrase: z.string(),
  /** Shares of answers that have it. */
  training: z.number(),
  tuned: z.number(),
  /** Null, here and below, where no base model was asked. */
  base: z.number().nullable(),
})
export type VoicePhrase = z.infer<typeof phraseSchema>

export const voiceComparisonSchema = z.object({
  /** Training answers that were compared with. */
  trainingAnswers: z.number().int(),
  traits: z.array(
    z.object({
      trait: voiceTraitSchema,
      /** 1: no difference from the training answers; 0: nothing in common. */
      tuned: z.number(),
      base: z.number().nullable(),
      /** Typical values where the trait is a number: medians; null for the others. */
      medians: z
        .object({ training: z.number(), tuned: z.number(), base: z.number().nullable() })
        .nullable(),
    }),
  ),
  /** Means over the traits; 95 % of resampled differences lie between low and high. */
  overall: z.object({
    tuned: z.number(),
    base: z.number().nullable(),
    difference: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
  }),
  /** The training answers' usual ways to begin and to end. */
  greetings: z.array(phraseSchema),
  closings: z.array(phraseSchema),
  /** Rows whose tuned answers have most and fewest of the usual traits. */
  typicalRow: z.number().int().nullable(),
  untypicalRow: z.number().int().nullable(),
})
export type VoiceComparison = z.infer<typeof voiceComparisonSchema>
