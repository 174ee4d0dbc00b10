/** The report of a candidate as HTML, from what is stored of it. */
import { AppError } from '../../../shared/errors.ts'
import type { Evaluation } from '../../../shared/evaluation.ts'
import type { Candidate, ModelVersion } from '../../../shared/model.ts'
import type { AnswerSide, GenerationSettings } from '../../../shared/playground.ts'
import type { Language } from '../../../shared/settings.ts'
import { getCandidate } from '../../db/candidates.ts'
import type { ReadableDb } from '../../db/database.ts'
import { listMetricPoints } from '../../db/metrics.ts'
import { getModel, getVersion } from '../../db/models.ts'
import type { Examples } from '../../dataset/split/examples.ts'
import { leaderboardOf } from '../../training/leaderboardOf.ts'
import { htmlReport } from './htmlReport.ts'
import type { ReportWords } from './reportWords.ts'
import { answerSamples } from './sampleAnswers.ts'

export interface CandidateReportOptions {
  readonly db: ReadableDb
  readonly latestEvaluation: (candidateId: string) => Evaluation | null
  /** Whether its models can be asked at no cost: nobody who saves a report has asked for a machine. */
  readonly canAnswer: (workspaceId: string) => boolean
  readonly unseen: (version: ModelVersion) => Promise<Examples>
  readonly answer: (
    candidate: Candidate,
    side: AnswerSide,
    prompt: string,
    settings: GenerationSettings,
  ) => Promise<string>
  readonly language: () => Language
  readonly words: (language: Language) => ReportWords
  readonly now: () => number
}

/** @throws AppError CandidateNotReady */
export async function candidateReport(
  options: CandidateReportOptions,
  candidateId: string,
): Promise<string> {
  const { db } = options
  const candidate = getCandidate(db, candidateId)
  const version = getVersion(db, candidate.versionId)
  if (candidate.status !== 'Completed') {
    throw new AppError('CandidateNotReady', 'The candidate is not trained yet', {
      details: { reason: '' },
    })
  }
  const evaluation = options.latestEvaluation(candidateId)
  const isEvaluated = evaluation !== null && evaluation.rows.length > 0
  // An evaluation brings its own answers; where none come for nothing the report has everything else.
  const samples =
    options.canAnswer(version.workspaceId) && !isEvaluated
      ? await answerSamples(await options.unseen(version), (side, prompt, settings) =>
          options.answer(candidate, side, prompt, settings),
        )
      : []
  const language = options.language()
  const facts = {
    model: getModel(db, version.modelId),
    version,
    candidate,
    leaderboard: leaderboardOf(db, version.id),
    points: listMetricPoints(db, candidateId),
    evaluation,
    samples,
    language,
    writtenAtMs: options.now(),
  }
  return htmlReport(facts, options.words(language))
}
