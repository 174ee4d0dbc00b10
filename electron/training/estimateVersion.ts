/** What each run of a request will take, measured before anything is started. */
import { toAppError } from '../../shared/errors.ts'
import type { FineTuneRequest } from '../../shared/model.ts'
import type { CandidateEstimate, RunEstimate } from '../../shared/runEstimate.ts'
import { estimateTrainingJob } from '../aws/runEstimate.ts'
import { prepareVersion, type StartVersionOptions } from './startVersion.ts'

/**
 * One after another, since each is measured on the whole computer.
 *
 * @param keep told each estimate with its run's key
 * @throws AppError HyperparameterInvalid, ColumnNotFound, DatasetTooSmall, EngineUnavailable
 */
export async function estimateVersion(
  options: StartVersionOptions,
  request: FineTuneRequest,
  keep: (runKey: string, estimate: RunEstimate) => void,
): Promise<CandidateEstimate[]> {
  const { connection, runs } = await prepareVersion(options, request)
  const estimates: CandidateEstimate[] = []
  for (const { model, hyperparameters, uris, key } of runs) {
    const baseModelId = model.baseModel.id
    const { hubModel } = model
    // Only this computer's own trainer can be tried.
    if (!hubModel || connection.kind !== 'local') {
      estimates.push({ baseModelId, estimate: null, failure: null })
      continue
    }
    try {
      const known = options.estimateOf(key)
      const estimate =
        known ?? (await estimateTrainingJob(connection, { hubModel, hyperparameters, ...uris }))
      // What could not be timed is asked again.
      if (estimate.seconds) keep(key, estimate)
      estimates.push({ baseModelId, estimate, failure: null })
    } catch (error) {
      estimates.push({ baseModelId, estimate: null, failure: toAppError(error).toData() })
    }
  }
  return estimates
}
