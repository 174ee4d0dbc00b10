/** A stopped training goes on: a new job, which finds the checkpoint of the one before. */
import { AppError } from '../../shared/errors.ts'
import type { ModelVersion } from '../../shared/model.ts'
import { removeBinRecord } from '../db/bin.ts'
import { getCandidate, setLogForwardToken, updateCandidate } from '../db/candidates.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'
import { getModel, getVersion } from '../db/models.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { wayOf } from './ways/ways.ts'

/**
 * Puts it into the queue; what was learned so far stays on the curve.
 *
 * @throws AppError CandidateNotReady unless it was stopped
 */
export function continueCandidate(db: WritableDb, candidateId: string, atMs: number): ModelVersion {
  return transact(db, () => {
    const candidate = getCandidate(db, candidateId)
    // AWS's trainers begin anew: that would be another candidate.
    if (candidate.status !== 'Stopped' || candidate.cloud !== null)
      throw new AppError('CandidateNotReady', 'Only a stopped training can go on', {
        details: { reason: '' },
      })
    // Whoever goes on with it wants what it goes on from.
    removeBinRecord(db, { kind: 'checkpoint', id: candidateId })
    const version = getVersion(db, candidate.versionId)
    updateCandidate(db, candidateId, {
      status: 'Queued',
      secondaryStatus: null,
      trainingJobName: wayOf(candidate).nameJob(
        getModel(db, version.modelId).name,
        readBaseModelId(candidate.baseModelId).name,
      ),
      trainingJobArn: null,
      failure: null,
      modelArtifactUri: null,
      startedAtMs: null,
      endedAtMs: null,
      trainingSeconds: null,
      // It was reckoned for the whole run.
      estimatedSeconds: null,
    })
    setLogForwardToken(db, candidateId, null)
    insertEvent(db, { candidateId, kind: 'continued', details: {}, atMs })
    return getVersion(db, candidate.versionId)
  })
}
