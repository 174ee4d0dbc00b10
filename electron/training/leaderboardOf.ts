/** A version's leaderboard, from its stored points. */
import {
  rankCandidates,
  type LeaderboardEntry,
  type UnrankedEntry,
} from '../../shared/leaderboard.ts'
import type { MetricName, MetricPoint } from '../../shared/metrics.ts'
import type { Candidate } from '../../shared/model.ts'
import { listBaseModels } from '../db/baseModels.ts'
import type { ReadableDb } from '../db/database.ts'
import { listMetricPoints } from '../db/metrics.ts'
import { getVersion } from '../db/models.ts'

/** @throws AppError ModelNotFound */
export function leaderboardOf(db: ReadableDb, versionId: string): LeaderboardEntry[] {
  const version = getVersion(db, versionId)
  const parameterCounts = new Map(
    listBaseModels(db).map(({ id, parameterCount }) => [id, parameterCount]),
  )
  const entries = version.candidates.map((candidate) => ({
    ...toEntry(candidate, listMetricPoints(db, candidate.id)),
    parameterCount: parameterCounts.get(candidate.baseModelId) ?? null,
  }))
  return rankCandidates(entries, version.chosenCandidateId)
}

function toEntry(
  candidate: Candidate,
  points: readonly MetricPoint[],
): Omit<UnrankedEntry, 'parameterCount'> {
  const of = (metric: MetricName) => points.filter((point) => point.metric === metric)
  // The weights kept are those of the lowest validation loss, so that is what stands for the candidate.
  const best = of('validation_loss').reduce<MetricPoint | null>(
    (lowest, point) => (lowest === null || point.value < lowest.value ? point : lowest),
    null,
  )
  const atBest = (metric: MetricName) =>
    of(metric).findLast((point) => best !== null && point.step <= best.step)?.value ?? null
  return {
    candidateId: candidate.id,
    baseModelId: candidate.baseModelId,
    baseModelName: candidate.baseModelName,
    status: candidate.status,
    trainingLoss: atBest('train_loss'),
    validationLoss: best?.value ?? null,
    validationLossStep: best?.step ?? null,
    validationBitsPerByte: atBest('validation_bits_per_byte'),
    validationBitsPerByteError: atBest('validation_bits_per_byte_error'),
    trainingSeconds: candidate.trainingSeconds,
  }
}
