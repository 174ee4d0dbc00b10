/** The scores of an answer against its reference. Definitions: docs/evaluation.md. */
import { z } from 'zod'

/** 0 to 1, higher is better. */
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
  'factualKnowledge',
  'factualKnowledgeQuasi',
] as const
export type ScoreName = (typeof scoreNames)[number]

/** The scores by the question that they answer, as fmeval groups them. */
export const scoreGroups = {
  answers: ['f1', 'precision', 'recall', 'exactMatch', 'quasiExactMatch'],
  summary: ['rouge1', 'rouge2', 'rougeL', 'meteor'],
  facts: ['factualKnowledge', 'factualKnowledgeQuasi'],
} as const satisfies Record<string, readonly ScoreName[]>
export type ScoreGroup = keyof typeof scoreGroups

/** What one row is judged by: which of the two answers is nearer to the reference. */
export const decidingScore: ScoreName = 'rougeL'

/** Between the accepted answers of one question, as in fmeval. */
export const answerDelimiter = '<OR>'

export const scoresSchema = z.object(
  Object.fromEntries(scoreNames.map((name) => [name, z.number().min(0).max(1)])) as Record<
    ScoreName,
    z.ZodNumber
  >,
)
export type Scores = z.infer<typeof scoresSchema>
