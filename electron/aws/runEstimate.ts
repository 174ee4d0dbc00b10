/** An estimate of a training job, made by a processing job on the same data and settings. */
import { randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import { runEstimateSchema, type RunEstimate } from '../../shared/runEstimate.ts'
import type { HubModel } from './hub.ts'
import { runProcessingJob } from './processingJobs.ts'
import type { Connection } from './workspace.ts'

export interface RunToEstimate {
  readonly hubModel: HubModel
  /** Wire map. */
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
}

/** @throws AppError TrainingFailed with the reason for which the training would fail as well */
export async function estimateTrainingJob(
  connection: Connection,
  { hubModel, hyperparameters, trainingUri, validationUri }: RunToEstimate,
): Promise<RunEstimate> {
  const end = await runProcessingJob(connection, {
    jobName: `timbre-estimate-${randomBytes(8).toString('hex')}`,
    image: hubModel.trainingImage.replace('timbre-training', 'timbre-estimate'),
    instanceType: hubModel.trainingInstanceType,
    inputs: {
      model: hubModel.trainingArtifactUri,
      training: trainingUri,
      validation: validationUri,
    },
    outputUri: null,
    environment: hyperparameters,
  })
  if (!end.completed)
    throw new AppError('TrainingFailed', end.message, { details: { reason: end.message } })
  return runEstimateSchema.parse(JSON.parse(end.message))
}
