import { AppError } from '../../shared/errors.ts'
import type { Candidate } from '../../shared/model.ts'

/** Where a candidate's trained model is. @throws AppError CandidateNotReady */
export function artifactOf({ status, modelArtifactUri }: Candidate): string {
  if (status === 'Completed' && modelArtifactUri !== null) return modelArtifactUri
  throw new AppError('CandidateNotReady', 'The candidate has no trained model yet', {
    details: { reason: '' },
  })
}
