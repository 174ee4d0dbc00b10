/** How much an answer changes when only the spelling of the question does. Definitions: docs/evaluation.md. */
import { z } from 'zod'
import { scoresSchema } from './scores.ts'

/** fmeval's three. */
export const perturbationKinds = ['butterFinger', 'randomUpperCase', 'whitespace'] as const
export const perturbationKindSchema = z.enum(perturbationKinds)
export type PerturbationKind = z.infer<typeof perturbationKindSchema>

const perturbedAnswerSchema = z.object({
  text: z.string(),
  scores: scoresSchema,
  /** Against the same model's answer to the question as it was. */
  wordErrorRate: z.number().min(0),
})

export const perturbedRowSchema = z.object({
  /** Of the row that was asked again. */
  position: z.number().int().nonnegative(),
  kind: perturbationKindSchema,
  /** The same as the question where the kind changes nothing, such as capitals in Chinese; not asked again then. */
  question: z.string(),
  tuned: perturbedAnswerSchema,
  /** Null where no base model was asked. */
  base: perturbedAnswerSchema.nullable(),
})
export type PerturbedRow = z.infer<typeof perturbedRowSchema>
