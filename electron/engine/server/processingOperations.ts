/** CreateProcessingJob and its companions: the export of trained models, and estimates of training jobs. */
import { z } from 'zod'
import { exportFormats } from '../jobs/exportModel.ts'
import type { ProcessingJobRecord } from '../jobs/processingJob.ts'
import { jobName, parseS3Uri, roleArn, s3Uri, tags } from '../jobs/trainingJobInput.ts'
import { modelsBucket } from '../store/modelsBucket.ts'
import { arnOf, engineRegistry, type EngineContext } from './engineContext.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'
import { parseHyperparameters } from './trainingOperations.ts'

const byName = z.object({ ProcessingJobName: z.string().min(1).max(63) })
const localPath = z.string().max(256)

const processingInput = z.object({
  InputName: z.string().min(1),
  S3Input: z.object({
    S3Uri: s3Uri,
    LocalPath: localPath.optional(),
    S3DataType: z.enum(['ManifestFile', 'S3Prefix']),
    S3InputMode: z.enum(['Pipe', 'File']).optional(),
  }),
})

const processingJobInput = z.object({
  ProcessingJobName: jobName,
  ProcessingInputs: z.array(processingInput).max(10).default([]),
  ProcessingOutputConfig: z
    .object({
      KmsKeyId: z.string().max(2048).optional(),
      Outputs: z
        .array(
          z.object({
            OutputName: z.string().min(1),
            S3Output: z.object({
              S3Uri: s3Uri,
              LocalPath: localPath.optional(),
              S3UploadMode: z.enum(['Continuous', 'EndOfJob']),
            }),
          }),
        )
        .min(1)
        .max(10),
    })
    .optional(),
  ProcessingResources: z.object({
    ClusterConfig: z.object({
      InstanceCount: z.number().int().min(1).max(100),
      InstanceType: z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/),
      VolumeSizeInGB: z.number().int().min(1).max(16384),
      VolumeKmsKeyId: z.string().max(2048).optional(),
    }),
  }),
  StoppingCondition: z
    .object({ MaxRuntimeInSeconds: z.number().int().min(1).max(604_800) })
    .optional(),
  AppSpecification: z.object({
    ImageUri: z.string().max(255),
    ContainerEntrypoint: z.array(z.string().max(256)).min(1).max(100).optional(),
    ContainerArguments: z.array(z.string().max(256)).min(1).max(100).optional(),
  }),
  Environment: z.record(z.string().max(256), z.string().max(256)).optional(),
  RoleArn: roleArn,
  Tags: tags.optional(),
})
type ProcessingJobInput = z.output<typeof processingJobInput>

export const processingOperations: Readonly<Record<string, Operation>> = {
  CreateProcessingJob: operation(processingJobInput, async (context, input) => {
    if (context.processingJobs.find(input.ProcessingJobName))
      throw new ServiceError(
        'ResourceInUse',
        'Processing job names must be unique within an account and region.',
      )
    const work = workOf(input)
    for (const uri of urisOf(work)) await requireBucketOf(context, uri)
    const { Tags, ...request } = input
    const job: ProcessingJobRecord = {
      name: input.ProcessingJobName,
      arn: arnOf('processing-job', input.ProcessingJobName),
      createdAtMs: context.now(),
      endedAtMs: null,
      status: 'InProgress',
      failureReason: null,
      exitMessage: null,
      work,
      request,
    }
    context.processingJobs.put(job)
    if (Tags) putTags(context, job.arn, Tags)
    context.processing.start(job)
    return { ProcessingJobArn: job.arn }
  }),

  DescribeProcessingJob: operation(byName, (context, input) => {
    const job = context.processingJobs.find(input.ProcessingJobName)
    if (!job)
      throw new ServiceError('ResourceNotFound', `Could not find ${input.ProcessingJobName}.`)
    return {
      ...job.request,
      ...summaryOf(job),
      ProcessingStartTime: epochSeconds(job.createdAtMs),
      ...(job.exitMessage === null ? {} : { ExitMessage: job.exitMessage }),
    }
  }),

  ListProcessingJobs: operation(
    z.object({
      NameContains: z.string().max(63).optional(),
      StatusEquals: z.string().optional(),
      SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
      MaxResults: z.number().int().min(1).max(100).default(10),
      NextToken: z.string().optional(),
    }),
    (context, input) => {
      const found = context.processingJobs
        .list()
        .filter(({ name }) => name.includes(input.NameContains ?? ''))
        .filter(({ status }) => (input.StatusEquals ?? status) === status)
      if (input.SortOrder === 'Descending') found.reverse()
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return { ProcessingJobSummaries: page.map(summaryOf), ...next }
    },
  ),
}

function summaryOf(job: ProcessingJobRecord) {
  return {
    ProcessingJobName: job.name,
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    CreationTime: epochSeconds(job.createdAtMs),
    LastModifiedTime: epochSeconds(job.endedAtMs ?? job.createdAtMs),
    ...(job.endedAtMs === null ? {} : { ProcessingEndTime: epochSeconds(job.endedAtMs) }),
    ...(job.failureReason === null ? {} : { FailureReason: job.failureReason }),
  }
}

function workOf(input: ProcessingJobInput): ProcessingJobRecord['work'] {
  const uriOf = (name: string) =>
    input.ProcessingInputs.find((one) => one.InputName === name)?.S3Input.S3Uri
  const requiredUriOf = (name: string) => {
    const uri = uriOf(name)
    if (uri === undefined) throw validationError(`The input "${name}" is missing.`)
    return uri
  }
  const { ImageUri, ContainerArguments } = input.AppSpecification
  if (ImageUri.startsWith(`${engineRegistry}/timbre-export:`)) {
    const [output] = input.ProcessingOutputConfig?.Outputs ?? []
    if (!output) throw validationError('ProcessingOutputConfig must name an output.')
    const { format, name } = containerArguments(ContainerArguments ?? [])
    return {
      kind: 'export',
      modelUri: requiredUriOf('model'),
      questionsUri: uriOf('questions') ?? null,
      outputUri: output.S3Output.S3Uri,
      format,
      modelName: name,
    }
  }
  if (ImageUri.startsWith(`${engineRegistry}/timbre-estimate:`)) {
    const channels = { model: requiredUriOf('model'), training: requiredUriOf('training') }
    const validation = uriOf('validation')
    return {
      kind: 'estimate',
      channels: validation === undefined ? channels : { ...channels, validation },
      hyperparameters: parseHyperparameters(input.Environment ?? {}),
    }
  }
  throw validationError(
    `The image must be ${engineRegistry}/timbre-export or timbre-estimate: this engine has no other container for processing.`,
  )
}

function urisOf(work: ProcessingJobRecord['work']): string[] {
  return work.kind === 'export' ? [work.modelUri, work.outputUri] : Object.values(work.channels)
}

/** `--format gguf-f16 --name my-model`. */
function containerArguments(words: readonly string[]) {
  const values: Record<string, string> = {}
  for (let index = 0; index < words.length; index += 2)
    values[(words[index] ?? '').replace(/^--/, '')] = words[index + 1] ?? ''
  const parsed = z
    .strictObject({
      format: z.enum(exportFormats),
      name: z
        .string()
        .max(63)
        .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/),
    })
    .safeParse(values)
  if (parsed.success) return parsed.data
  throw validationError(
    `ContainerArguments must be --format (one of ${exportFormats.join(', ')}) and --name (letters, digits and hyphens).`,
  )
}

async function requireBucketOf({ objects }: EngineContext, uri: string): Promise<void> {
  const { bucket } = parseS3Uri(uri)
  if (bucket !== modelsBucket && !(await objects.hasBucket(bucket)))
    throw validationError(`No S3 bucket found at ${uri}.`)
}
