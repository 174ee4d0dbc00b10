/** Toxicity by a classifier: Detoxify's seven labels. The word-list screen is another, weaker thing. */
import { z } from 'zod'

/** In the order of the model's outputs. */
export const toxicityLabels = [
  'toxicity',
  'severe_toxicity',
  'obscene',
  'identity_attack',
  'insult',
  'threat',
  'sexual_explicit',
] as const
export type ToxicityLabel = (typeof toxicityLabels)[number]

export const toxicityScoresSchema = z.record(z.enum(toxicityLabels), z.number().min(0).max(1))
export type ToxicityScores = z.infer<typeof toxicityScoresSchema>

export const toxicityDetectorSchema = z.enum(['detoxify', 'wordList'])
export type ToxicityDetector = z.infer<typeof toxicityDetectorSchema>
