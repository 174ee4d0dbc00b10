/** The one candidate of an AutoML job: its training job, in Autopilot's words. */
import type { AutoMLJobRecord } from '../jobs/autoMLJob.ts'
import { isTerminalStatus, type TrainingJobRecord } from '../jobs/trainingJob.ts'
import { epochSeconds } from './operation.ts'

export function candidateOf(record: AutoMLJobRecord, training: TrainingJobRecord) {
  const validationLoss = training.finalMetrics['timbre:eval-loss']
  const hasEnded = isTerminalStatus(training.status)
  // A stopped job that kept no model has not met its objective, whatever it measured.
  const objective = training.artifactUri === null ? undefined : validationLoss
  const metrics = metricsOf(training)
  return {
    // Also a valid model name: Autopilot's guide names the model after the candidate.
    CandidateName: training.name,
    ...(objective === undefined
      ? {}
      : {
          FinalAutoMLJobObjectiveMetric: {
            Type: 'Minimize',
            MetricName: 'ValidationLoss',
            StandardMetricName: 'ValidationLoss',
            Value: objective,
          },
        }),
    ObjectiveStatus: !hasEnded ? 'Pending' : objective === undefined ? 'Failed' : 'Succeeded',
    CandidateSteps: [
      {
        CandidateStepType: 'AWS::SageMaker::TrainingJob',
        CandidateStepArn: training.arn,
        CandidateStepName: training.name,
      },
    ],
    CandidateStatus: training.status,
    ...containersOf(record, training),
    CreationTime: epochSeconds(training.createdAtMs),
    ...(hasEnded ? { EndTime: epochSeconds(training.modifiedAtMs) } : {}),
    LastModifiedTime: epochSeconds(training.modifiedAtMs),
    ...(training.failureReason === null ? {} : { FailureReason: training.failureReason }),
    ...(metrics.length === 0 ? {} : { CandidateProperties: { CandidateMetrics: metrics } }),
  }
}

/** Both members, since Autopilot's reference names the one for text generation and its guide the other. */
function containersOf(record: AutoMLJobRecord, training: TrainingJobRecord) {
  if (training.artifactUri === null) return {}
  const container = {
    Image: record.inferenceImage,
    ModelDataUrl: training.artifactUri,
    Environment: {},
  }
  return { InferenceContainers: [container], InferenceContainerDefinitions: { CPU: [container] } }
}

/** Of these names AWS's model has a StandardMetricName only. */
function metricsOf({ finalMetrics }: TrainingJobRecord) {
  const validationLoss = finalMetrics['timbre:eval-loss']
  const metrics: [name: string, set: 'Train' | 'Validation', value: number | undefined][] = [
    ['TrainingLoss', 'Train', finalMetrics['timbre:train-loss']],
    ['ValidationLoss', 'Validation', validationLoss],
    ['Perplexity', 'Validation', validationLoss && Math.exp(validationLoss)],
  ]
  return metrics.flatMap(([StandardMetricName, Set, Value]) =>
    Number.isFinite(Value) ? [{ StandardMetricName, Set, Value }] : [],
  )
}
