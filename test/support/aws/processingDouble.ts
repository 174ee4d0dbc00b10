/** SageMaker's processing jobs: what they are given is looked at, what they write comes from the test. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'

type Input = Readonly<Record<string, unknown>>

interface ProcessingInput {
  readonly ProcessingJobName: string
  readonly RoleArn: string
  readonly AppSpecification: {
    readonly ImageUri: string
    readonly ContainerEntrypoint?: readonly string[]
  }
  readonly ProcessingInputs?: readonly {
    readonly InputName: string
    readonly S3Input?: { readonly S3Uri: string; readonly LocalPath?: string }
  }[]
  readonly ProcessingOutputConfig?: {
    readonly Outputs: readonly { readonly S3Output?: { readonly S3Uri: string } }[]
  }
}

export interface ProcessingDoubleOptions {
  /** How long a job takes, in the double's time. */
  readonly runMs?: number
  /** What the container writes, by file name, from what stands in its inputs; thrown, its last words. */
  readonly run: (files: ReadonlyMap<string, string>) => Readonly<Record<string, string>>
}

interface ProcessingJob {
  readonly input: ProcessingInput
  readonly createdAtMs: number
  stoppedAtMs: number | null
  failure: string | null
  hasWritten: boolean
}

const defaultRunMs = 10 * 60_000

export function createProcessingDouble({
  runMs = defaultRunMs,
  run,
}: ProcessingDoubleOptions): ServiceDouble {
  const jobs = new Map<string, ProcessingJob>()

  function require(input: Input): ProcessingJob {
    const job = jobs.get(String(input['ProcessingJobName']))
    if (job) return job
    throw validationFailure('Could not find requested job with name')
  }

  function statusOf(context: DoubleContext, job: ProcessingJob): string {
    if (job.stoppedAtMs !== null) return 'Stopped'
    if (context.now() < job.createdAtMs + runMs) return 'InProgress'
    if (!job.hasWritten) write(context, job)
    return job.failure === null ? 'Completed' : 'Failed'
  }

  function write({ objects }: DoubleContext, job: ProcessingJob): void {
    job.hasWritten = true
    const files = new Map<string, string>()
    for (const { S3Input } of job.input.ProcessingInputs ?? []) {
      for (const { key, object } of objects.under(S3Input?.S3Uri ?? ''))
        files.set(key.split('/').at(-1) ?? '', object.body.toString('utf8'))
    }
    const output = job.input.ProcessingOutputConfig?.Outputs[0]?.S3Output?.S3Uri ?? ''
    try {
      for (const [name, text] of Object.entries(run(files)))
        objects.put(`${output.replace(/\/*$/, '/')}${name}`, text)
    } catch (error) {
      job.failure = `AlgorithmError: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  return {
    CreateProcessingJob: (context, input) => {
      const wanted = input as unknown as ProcessingInput // validated against the model
      const name = wanted.ProcessingJobName
      if (jobs.has(name))
        throw new ServiceFailure(
          'ResourceInUse',
          `Job name must be unique within an AWS account and region, and a job with this name already exists (arn:aws:sagemaker:${context.region}:${context.account}:processing-job/${name})`,
        )
      if (!wanted.AppSpecification.ImageUri.includes(`.dkr.ecr.${context.region}.`))
        throw validationFailure('The image must stand in the region of the job.')
      for (const { InputName, S3Input } of wanted.ProcessingInputs ?? []) {
        if (context.objects.under(S3Input?.S3Uri ?? '').length === 0)
          throw validationFailure(`No S3 objects found under S3 URL given in input ${InputName}.`)
      }
      jobs.set(name, {
        input: wanted,
        createdAtMs: context.now(),
        stoppedAtMs: null,
        failure: null,
        hasWritten: false,
      })
      return { ProcessingJobArn: arnOf(context, name) }
    },
    DescribeProcessingJob: (context, input) => {
      const job = require(input)
      const status = statusOf(context, job)
      return {
        ...job.input,
        ProcessingJobArn: arnOf(context, job.input.ProcessingJobName),
        ProcessingJobStatus: status,
        CreationTime: new Date(job.createdAtMs),
        ...(status === 'Failed' ? { FailureReason: job.failure } : {}),
      }
    },
    StopProcessingJob: (context, input) => {
      const job = require(input)
      const status = statusOf(context, job)
      if (status !== 'InProgress')
        throw validationFailure(
          `The request was rejected because the processing job is in status ${status}.`,
        )
      job.stoppedAtMs = context.now()
      return {}
    },
  }
}

function arnOf({ region, account }: DoubleContext, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:processing-job/${name.toLowerCase()}`
}
