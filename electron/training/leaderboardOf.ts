/** The leaderboard of a version, or of all versions of a model, from their stored points. */
import { median } from '../../shared/curveNoise.ts'
import type { Evaluation } from '../../shared/evaluation.ts'
import { toxicFrom } from '../../shared/evaluationSentences.ts'
import { verdictOf } from '../../shared/evaluationVerdict.ts'
import { mean } from '../../shared/bootstrap.ts'
import { laggingOf, type Runner } from '../../shared/lagging.ts'
import {
  type PairedErrorOf,
  rankCandidates,
  type LeaderboardEntry,
  type UnrankedEntry,
} from '../../shared/leaderboard.ts'
import type { MetricName } from '../../shared/metrics.ts'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { pairedError } from '../../shared/validationRows.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { ReadableDb } from '../db/database.ts'
import { findLatestEvaluation } from '../db/evaluations.ts'
import { findMetricUntil, listMetricSeries, sumMetric } from '../db/metrics.ts'
import { findValidationRows } from '../db/logLines.ts'
import { getModel, getVersion } from '../db/models.ts'

/** @throws AppError ModelNotFound */
export function leaderboardOf(db: ReadableDb, versionId: string): LeaderboardEntry[] {
  const version = getVersion(db, versionId)
  return rankCandidates(entriesOf(db, [version]), version.chosenCandidateId, pairedErrorIn(db))
}

/** Candidates of all its versions, ranked together; nobody's choice is marked. @throws AppError ModelNotFound */
export function modelLeaderboardOf(db: ReadableDb, modelId: string): LeaderboardEntry[] {
  return rankCandidates(entriesOf(db, getModel(db, modelId).versions), null, pairedErrorIn(db))
}

/** Other versions have other validation rows, even where as many. */
function pairedErrorIn(db: ReadableDb): PairedErrorOf {
  return (a, b) => {
    if (a.versionId !== b.versionId) return null
    const first = findValidationRows(db, a.candidateId)
    const second = findValidationRows(db, b.candidateId)
    return first && second ? pairedError(first.shares, second.shares) : null
  }
}

function entriesOf(db: ReadableDb, versions: readonly ModelVersion[]): UnrankedEntry[] {
  return versions.flatMap((version) => {
    const runners = version.candidates.map((candidate) => toRunner(db, candidate))
    return version.candidates.map((candidate, index) => {
      const runner = runners[index]
      return {
        ...toEntry(db, version, candidate),
        lagging: runner ? laggingOf(runner, runners) : null,
      }
    })
  })
}

function toEntry(
  db: ReadableDb,
  version: ModelVersion,
  candidate: Candidate,
): Omit<UnrankedEntry, 'lagging'> {
  // The weights kept are those of the lowest validation loss, so that is what stands for the candidate.
  const best = listMetricSeries(db, candidate.id, 'validation_loss').reduce<{
    step: number
    value: number
  } | null>(
    (lowest, point) => (lowest === null || point.value < lowest.value ? point : lowest),
    null,
  )
  const atBest = (metric: MetricName) =>
    best === null ? null : findMetricUntil(db, candidate.id, metric, best.step)
  const isLocal = version.workspaceId === localWorkspaceId
  const evaluation = findLatestEvaluation(db, candidate.id)
  return {
    candidateId: candidate.id,
    versionId: version.id,
    versionNumber: version.number,
    baseModelId: candidate.baseModelId,
    baseModelName: candidate.baseModelName,
    parameterCount: candidate.parameterCount,
    status: candidate.status,
    trainingLoss: atBest('train_loss'),
    validationLoss: best?.value ?? null,
    validationLossStep: best?.step ?? null,
    validationBitsPerByte: atBest('validation_bits_per_byte'),
    validationBitsPerByteError: atBest('validation_bits_per_byte_error'),
    trainingSeconds: candidate.trainingSeconds,
    tokensSeen: sumMetric(db, candidate.id, 'train_tokens'),
    costUsd: isLocal ? 0 : null,
    costPerThousandAnswersUsd: isLocal ? 0 : null,
    evaluation: evaluation ? summarize(evaluation) : null,
  }
}

/** Null before the first row, and where there was nothing to compare with. */
function summarize({
  rows,
  voice,
  detector,
  answerTimes,
  plan,
}: Evaluation): LeaderboardEntry['evaluation'] {
  if (rows.length === 0) return null
  const isToxic = ({ tuned }: Evaluation['rows'][number]) =>
    detector === 'detoxify' && tuned.toxicity !== null
      ? (tuned.toxicity.toxicity ?? 0) >= toxicFrom
      : tuned.flagged.length > 0
  return {
    rows: rows.length,
    better: plan.withBase ? verdictOf(rows).better : null,
    f1: mean(rows.map(({ tuned }) => tuned.scores.f1)),
    rougeL: mean(rows.map(({ tuned }) => tuned.scores.rougeL)),
    voice: voice?.overall.tuned ?? null,
    detector,
    toxic: rows.filter(isToxic).length / rows.length,
    answerMs: answerTimes.length === 0 ? null : median(answerTimes.map(({ tunedMs }) => tunedMs)),
  }
}

function toRunner(db: ReadableDb, candidate: Candidate): Runner {
  const { progress, status } = candidate
  const bitsPerByte = listMetricSeries(db, candidate.id, 'validation_bits_per_byte')
  return {
    name: candidate.baseModelName,
    isRunning: !isTerminal(status),
    share: status === 'Completed' ? 1 : progress ? progress.step / progress.totalSteps : null,
    totalSteps: progress?.totalSteps ?? null,
    curve: bitsPerByte,
  }
}
