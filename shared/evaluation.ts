/** A candidate against its base model on rows that it was not trained on: scores, verdict, and what crosses to the page. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

/** 0 to 1, higher is better; definitions in docs/evaluation.md. */
export const scoreNames = [
  'f1',
  'precision',
  'recall',
  'exactMatch',
  'quasiExactMatch',
  'rouge1',
  'rouge2',
  'rougeL',
  'meteor',
] as const
export type ScoreName = (typeof scoreNames)[number]

/** What one row is judged by: which of the two answers is nearer to the reference. */
export const decidingScore: ScoreName = 'rougeL'

export const screenCategories = ['obscene', 'insult', 'threat', 'sexual', 'identity'] as const
export type ScreenCategory = (typeof screenCategories)[number]

const scoresSchema = z.object(
  Object.fromEntries(scoreNames.map((name) => [name, z.number().min(0).max(1)])) as Record<
    ScoreName,
    z.ZodNumber
  >,
)
export type Scores = z.infer<typeof scoresSchema>

export const scoredAnswerSchema = z.object({
  text: z.string(),
  scores: scoresSchema,
  /** Categories of the word-list screen with a listed word in the answer. */
  flagged: z.array(z.enum(screenCategories)),
})
export type ScoredAnswer = z.infer<typeof scoredAnswerSchema>

export const evaluatedRowSchema = z.object({
  /** Its place among the version's validation rows, from 0. */
  position: z.number().int().nonnegative(),
  question: z.string(),
  reference: z.string(),
  tuned: scoredAnswerSchema,
  base: scoredAnswerSchema,
})
export type EvaluatedRow = z.infer<typeof evaluatedRowSchema>

export const evaluationStatusSchema = z.enum(['Running', 'Completed', 'Stopped', 'Failed'])

export const defaultEvaluationRows = 50
export const mostEvaluationRows = 1000
/** Of an answer. */
export const maxTokensOfEvaluation = 120

export const evaluationSchema = z.object({
  id: z.string(),
  candidateId: z.string(),
  status: evaluationStatusSchema,
  /** Rows that were drawn, and the validation rows they were drawn from. */
  plannedRows: z.number().int().positive(),
  availableRows: z.number().int().positive(),
  seed: z.number().int(),
  failure: appErrorDataSchema.nullable(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** In the order in which they were drawn. */
  rows: z.array(evaluatedRowSchema),
})
export type Evaluation = z.infer<typeof evaluationSchema>

export const evaluationProgressSchema = z.object({
  evaluationId: z.string(),
  candidateId: z.string(),
  done: z.number().int(),
  planned: z.number().int(),
  status: evaluationStatusSchema,
})
export type EvaluationProgress = z.infer<typeof evaluationProgressSchema>
