import { expect, test } from 'vitest'
import { splitRows } from '../../../../electron/engine/jobs/autoMLData.ts'
import { progressOf, type AutoMLJobRecord } from '../../../../electron/engine/jobs/autoMLJob.ts'
import {
  advance,
  newTrainingJob,
  type SecondaryStatus,
} from '../../../../electron/engine/jobs/trainingJob.ts'
import { trainingHyperparametersSchema } from '../../../../shared/hyperparameters.ts'

const training = {
  name: 'job-trial',
  arn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/job-trial',
  request: {
    TrainingJobName: 'job-trial',
    HyperParameters: {},
    AlgorithmSpecification: { TrainingImage: 'image', TrainingInputMode: 'File' as const },
    RoleArn: 'arn:aws:iam::000000000000:role/Timbre',
    InputDataConfig: [],
    OutputDataConfig: { S3OutputPath: 's3://bucket/' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: {},
  },
  hyperparameters: trainingHyperparametersSchema.parse({}),
}

const job: AutoMLJobRecord = {
  name: 'job',
  arn: 'arn:aws:sagemaker:us-east-1:000000000000:automl-job/job',
  request: {
    AutoMLJobName: 'job',
    AutoMLJobInputDataConfig: [],
    OutputDataConfig: { S3OutputPath: 's3://bucket/' },
    AutoMLProblemTypeConfig: { TextGenerationJobConfig: {} },
    RoleArn: training.request.RoleArn,
  },
  createdAtMs: 1000,
  modifiedAtMs: 2000,
  baseModelName: 'tiny-base',
  inferenceImage: 'image',
  training,
  preparation: 'Analyzing',
  failureReason: null,
  deletedTraining: null,
}

function trained(...statuses: SecondaryStatus[]) {
  const facts = { artifactUri: 's3://bucket/model.tar.gz', failureReason: 'AlgorithmError: x' }
  return statuses.reduce(
    (record, status, index) =>
      advance(record, status, 4000 + index, ['Completed', 'Failed'].includes(status) ? facts : {}),
    newTrainingJob(training, 3000),
  )
}

test.each([
  ['Waiting', 'InProgress', 'Starting', null],
  ['Analyzing', 'InProgress', 'AnalyzingData', null],
  ['Stopping', 'Stopping', 'Stopping', null],
  ['Stopped', 'Stopped', 'Stopped', 2000],
  ['Failed', 'Failed', 'Failed', 2000],
] as const)('before training, %s is %s/%s', (preparation, status, secondaryStatus, endedAtMs) => {
  const progress = progressOf({ ...job, preparation }, null)
  expect(progress).toMatchObject({ status, secondaryStatus, endedAtMs })
})

test.each<[SecondaryStatus[], string, string]>([
  [[], 'InProgress', 'PreTraining'],
  [['Pending'], 'InProgress', 'PreTraining'],
  [['Downloading', 'Interrupted'], 'InProgress', 'PreTraining'],
  [['Downloading', 'Training'], 'InProgress', 'TrainingModels'],
  [['Downloading', 'Training', 'Interrupted'], 'InProgress', 'TrainingModels'],
  [['Downloading', 'Training', 'Uploading'], 'InProgress', 'TrainingModels'],
  [['Downloading', 'Training', 'Uploading', 'Completed'], 'Completed', 'Completed'],
  [['Downloading', 'Failed'], 'Failed', 'Failed'],
  [['Downloading', 'Training', 'Stopping'], 'Stopping', 'Stopping'],
  [['Stopping', 'Stopped'], 'Stopped', 'Stopped'],
  [['Stopping', 'MaxRuntimeExceeded'], 'Stopped', 'MaxAutoMLJobRuntimeReached'],
])('while training, %j is %s/%s', (statuses, status, secondaryStatus) => {
  const record = trained(...statuses)
  expect(progressOf(job, record)).toMatchObject({
    status,
    secondaryStatus,
    failureReason: record.failureReason,
    modifiedAtMs: record.modifiedAtMs,
  })
})

test('a job that met its time limit with a model to show is complete', () => {
  const stopping = trained('Downloading', 'Training', 'Stopping')
  const artifactUri = 's3://bucket/model.tar.gz'
  expect(progressOf(job, advance(stopping, 'MaxRuntimeExceeded', 5000, { artifactUri }))).toEqual({
    status: 'Completed',
    secondaryStatus: 'MaxAutoMLJobRuntimeReached',
    failureReason: null,
    modifiedAtMs: 5000,
    endedAtMs: 5000,
  })
})

const rows = Array.from({ length: 10 }, (_, index) => `row ${index}`)

test('the same seed splits the same way, in order, and no row is lost', () => {
  const first = splitRows(rows, 0.2, 10)
  expect(first.validation).toHaveLength(2)
  expect([...first.training, ...first.validation].sort()).toEqual(rows)
  expect(first.training).toEqual([...first.training].sort())
  expect(splitRows(rows, 0.2, 10)).toEqual(first)
  expect(splitRows(rows, 0.2, 11)).not.toEqual(first)
})

test('either share has one row at least', () => {
  expect(splitRows(rows, 0.001, 10).validation).toHaveLength(1)
  expect(splitRows(rows, 0.999, 10).training).toHaveLength(1)
})
