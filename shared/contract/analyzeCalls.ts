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
import { call } from './call.ts'

const nothing = z.null()
const byCandidate = z.object({ candidateId: z.string() })
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

const classifierStateSchema = z.object({ sizeBytes: z.number().nullable() })

export const analyzeEvents = {
  'evaluation.progressed': evaluationProgressSchema,
  /** Of the classifier's download; null once it has ended. */
  'toxicityClassifier.progressed': z
    .object({ receivedBytes: z.number(), totalBytes: z.number() })
    .nullable(),
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

  /** Detoxify's classifier on this computer; null while it is not there. */
  'toxicityClassifier.describe': call(nothing, classifierStateSchema),
  /** Answers once it is there; `toxicityClassifier.progressed` tells how far it is. */
  'toxicityClassifier.download': call(nothing, classifierStateSchema),
  'toxicityClassifier.cancel': call(nothing, nothing),
  /** Opens the system's dialog for a folder; null when it was closed without a choice. */
  'toxicityClassifier.choose': call(nothing, classifierStateSchema.nullable()),
  'toxicityClassifier.remove': call(nothing, classifierStateSchema),

  /** The encoder that BERTScore needs; null while it is not there. */
  'encoder.describe': call(nothing, classifierStateSchema),
  /** Opens the system's dialog for a folder; null when it was closed without a choice. */
  'encoder.choose': call(nothing, classifierStateSchema.nullable()),
  'encoder.remove': call(nothing, classifierStateSchema),

  /** Writes what a chart shows where the user says; null when the dialog was closed. */
  'chart.save': call(chartFileSchema, saved),

  /** Writes the report where the user says; null when the dialog was closed. */
  'report.save': call(byCandidate.extend({ format: reportFormatSchema }), saved),
} as const
