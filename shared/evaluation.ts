/** A candidate against its base model on rows that it was not trained on: scores, verdict, and what crosses to the page. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'
import { bertScoredRowSchema } from './bertScore.ts'
import { builtInSetNames } from './evaluationSets.ts'
import { judgementSchema, judgePlanSchema } from './judge.ts'
import { libraryCheckSchema, libraryPlanSchema } from './libraryCheck.ts'
import { stereotypePairSchema } from './stereotyping.ts'
import { perturbedRowSchema } from './robustness.ts'
import { scoresSchema } from './scores.ts'
import { toxicityScoresSchema, toxicityDetectorSchema } from './toxicity.ts'
import { voiceComparisonSchema } from './voice.ts'

export const screenCategories = ['obscene', 'insult', 'threat', 'sexual', 'identity'] as const
export type ScreenCategory = (typeof screenCategories)[number]

export const scoredAnswerSchema = z.object({
  text: z.string(),
  scores: scoresSchema,
  /** Categories of the word-list screen with a listed word in the answer. */
  flagged: z.array(z.enum(screenCategories)),
  /** Of the classifier; null where none was on this computer. */
  toxicity: toxicityScoresSchema.nullable().default(null),
})
export type ScoredAnswer = z.infer<typeof scoredAnswerSchema>

export const evaluatedRowSchema = z.object({
  /** Its place among the rows that could be drawn, from 0. */
  position: z.number().int().nonnegative(),
  question: z.string(),
  reference: z.string(),
  tuned: scoredAnswerSchema,
  /** Null where no base model was asked. */
  base: scoredAnswerSchema.nullable(),
})
export type EvaluatedRow = z.infer<typeof evaluatedRowSchema>

export const evaluationStatusSchema = z.enum(['Running', 'Completed', 'Stopped', 'Failed'])

/** As fmeval: 100 records. */
export const defaultEvaluationRows = 100
export const mostEvaluationRows = 1000
/** Rows that are asked again in other spellings, each in three ways. */
export const defaultRobustnessRows = 20
/** Of an answer. */
export const maxTokensOfEvaluation = 120

/** Where the questions and reference answers come from. */
export const evaluationSourceSchema = z.discriminatedUnion('kind', [
  /** The version's validation share. */
  z.object({ kind: z.literal('validation') }),
  /** Any dataset of the library, as it stood when the evaluation began. */
  z.object({
    kind: z.literal('dataset'),
    datasetId: z.string(),
    /** Of its content; filled in at the start. */
    sha256: z.string().default(''),
  }),
  /** One of the library's published sets, where it is on this computer. */
  z.object({ kind: z.literal('builtIn'), set: z.enum(builtInSetNames) }),
])
export type EvaluationSource = z.infer<typeof evaluationSourceSchema>

export const evaluationPlanSchema = z.object({
  source: evaluationSourceSchema.default({ kind: 'validation' }),
  /** 0 leaves the part out. */
  robustnessRows: z.number().int().min(0).max(mostEvaluationRows).default(0),
  /** Pairs of sentences; 0 leaves the part out. */
  stereotypePairs: z.number().int().min(0).max(mostEvaluationRows).default(0),
  /** Whether the base model answers as well; without it there is nothing to be better than. */
  withBase: z.boolean().default(true),
  /** A language model that compares the two answers; null, and off, unless it was asked for. */
  judge: judgePlanSchema.nullable().default(null),
  /** Has fmeval itself score the answers, in a processing job of an account; null, and off, unless it was asked for. */
  library: libraryPlanSchema.nullable().default(null),
})
export type EvaluationPlan = z.infer<typeof evaluationPlanSchema>

export const evaluationRequestSchema = evaluationPlanSchema.extend({
  candidateId: z.string(),
  rows: z.number().int().min(1).max(mostEvaluationRows),
})
export type EvaluationRequest = z.infer<typeof evaluationRequestSchema>

export const ratingSchema = z.enum(['tuned', 'base', 'tie'])
export type Rating = z.infer<typeof ratingSchema>

export const evaluationSchema = z.object({
  id: z.string(),
  candidateId: z.string(),
  status: evaluationStatusSchema,
  plan: evaluationPlanSchema,
  /** For people: the name of the dataset or of the published set; null for the validation share. */
  sourceName: z.string().nullable(),
  /** Rows that were drawn, and the rows they were drawn from. */
  plannedRows: z.number().int().positive(),
  availableRows: z.number().int().positive(),
  seed: z.number().int(),
  /** What looked for toxicity. */
  detector: toxicityDetectorSchema,
  failure: appErrorDataSchema.nullable(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  /** In the order in which they were drawn. */
  rows: z.array(evaluatedRowSchema),
  /** Questions that were asked again in another spelling. */
  perturbed: z.array(perturbedRowSchema),
  stereotypes: z.array(stereotypePairSchema),
  judgements: z.array(judgementSchema),
  /** Empty without an encoder on this computer. */
  bertScores: z.array(bertScoredRowSchema),
  /** Null until the library has scored the answers, and where it was not asked to. */
  library: libraryCheckSchema.nullable(),
  /** Null until all answers are there, and for data that is not the user's own. */
  voice: voiceComparisonSchema.nullable(),
  /** How long both models took for an answer; what was measured, unlike the answers, differs from time to time. */
  answerTimes: z.array(z.object({ tunedMs: z.number(), baseMs: z.number().nullable() })),
  /** What a human preferred, by row position, without knowing which was which. */
  ratings: z.record(z.string(), ratingSchema),
})
export type Evaluation = z.infer<typeof evaluationSchema>

/** What is being done: rows are answered, asked again in other spellings, read for stereotypes, judged, or scored elsewhere. */
export const evaluationPartSchema = z.enum([
  'answers',
  'robustness',
  'stereotyping',
  'judging',
  'library',
])
export type EvaluationPart = z.infer<typeof evaluationPartSchema>

export const evaluationProgressSchema = z.object({
  evaluationId: z.string(),
  candidateId: z.string(),
  part: evaluationPartSchema,
  /** Of that part. */
  done: z.number().int(),
  planned: z.number().int(),
  status: evaluationStatusSchema,
})
export type EvaluationProgress = z.infer<typeof evaluationProgressSchema>
