/** Calls of curves, evaluation and reports. */
import { z } from 'zod'
import {
  evaluationProgressSchema,
  evaluationRequestSchema,
  evaluationSchema,
  ratingSchema,
} from '../evaluation.ts'
import { evaluationEstimateRequestSchema, evaluationEstimateSchema } from '../evaluationEstimate.ts'
import { builtInSetNameSchema, builtInSetStateSchema } from '../evaluationSets.ts'
import { leaderboardEntrySchema } from '../leaderboard.ts'
import { metricPointSchema } from '../metrics.ts'
import {
  scoringModelNameSchema,
  scoringModelProgressSchema,
  scoringModelStateSchema,
} from '../scoringModel.ts'
import { call } from './call.ts'

const nothing = z.null()
const byCandidate = z.object({ candidateId: z.string() })
const byScoringModel = z.object({ name: scoringModelNameSchema })
const scoringModels = z.array(scoringModelStateSchema)
const byEvaluation = z.object({ evaluationId: z.string() })
const saved = z.object({ path: z.string() }).nullable()

/** At most some tens of megabytes: a picture, or a million points as text. */
const mostChartCharacters = 64_000_000
const chartName = z.enum(['loss', 'perplexity'])
const chartFileSchema = z.discriminatedUnion('format', [
  z.object({
    name: chartName,
    format: z.enum(['csv', 'svg']),
    text: z.string().max(mostChartCharacters),
  }),
  z.object({
    name: chartName,
    format: z.literal('png'),
    base64: z.string().min(1).max(mostChartCharacters),
  }),
])

export const reportFormatSchema = z.enum(['html', 'pdf', 'json'])
export type ReportFormat = z.infer<typeof reportFormatSchema>

export const analyzeEvents = {
  'evaluation.progressed': evaluationProgressSchema,
  'scoringModel.progressed': scoringModelProgressSchema,
} as const

export const analyzeCalls = {
  /** For drawing; of trainings with very many steps, the lowest and highest of short spans. */
  'candidate.metrics': call(
    byCandidate.extend({
      /** More of a part: the steps that are zoomed into. */
      range: z
        .object({ from: z.number().int().nonnegative(), to: z.number().int().nonnegative() })
        .optional(),
    }),
    z.array(metricPointSchema),
  ),
  'leaderboard.list': call(z.object({ versionId: z.string() }), z.array(leaderboardEntrySchema)),
  /** Candidates of all versions, ranked together. */
  'leaderboard.listModel': call(z.object({ modelId: z.string() }), z.array(leaderboardEntrySchema)),

  /** What it would take; the account is asked for prices. */
  'evaluation.estimate': call(evaluationEstimateRequestSchema, evaluationEstimateSchema),
  /** Returns once it has begun; `evaluation.progressed` tells how far it is. Goes on with one that was paused. */
  'evaluation.start': call(evaluationRequestSchema, evaluationSchema),
  /** It can go on later. */
  'evaluation.stop': call(byEvaluation, nothing),
  /** The newest with its rows; null when there is none. */
  'evaluation.latest': call(byCandidate, evaluationSchema.nullable()),
  /** What a human preferred, blind; null takes it back. */
  'evaluation.rate': call(
    byEvaluation.extend({
      position: z.number().int().nonnegative(),
      rating: ratingSchema.nullable(),
    }),
    evaluationSchema,
  ),

  'evaluationSet.list': call(nothing, z.array(builtInSetStateSchema)),
  /** From the library's public address. */
  'evaluationSet.download': call(
    z.object({ name: builtInSetNameSchema }),
    z.array(builtInSetStateSchema),
  ),
  /** Opens the system's dialog for a local copy; null when it was closed without a choice. */
  'evaluationSet.choose': call(
    z.object({ name: builtInSetNameSchema }),
    z.array(builtInSetStateSchema).nullable(),
  ),

  /** Detoxify's classifier and BERTScore's encoder; they are deleted as `disk.delete` does. */
  'scoringModel.list': call(nothing, scoringModels),
  /** Answers once it is there; `scoringModel.progressed` tells how far it is. */
  'scoringModel.download': call(byScoringModel, scoringModels),
  'scoringModel.cancel': call(byScoringModel, nothing),
  /** Opens the system's dialog for a folder; null when it was closed without a choice. */
  'scoringModel.choose': call(byScoringModel, scoringModels.nullable()),

  /** Writes what a chart shows where the user says; null when the dialog was closed. */
  'chart.save': call(chartFileSchema, saved),

  /** Writes the report where the user says; null when the dialog was closed. */
  'report.save': call(byCandidate.extend({ format: reportFormatSchema }), saved),
} as const
