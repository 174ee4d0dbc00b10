/** SageMaker's transform jobs: the lines of each file are answered in order, or the file has no answers at all. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { parseUri } from './objectStore.ts'
import { answerOf } from './runtimeDouble.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'
import { without } from './without.ts'

type Input = Readonly<Record<string, unknown>>

interface TransformInput {
  readonly TransformJobName: string
  readonly ModelName: string
  readonly TransformInput: {
    readonly DataSource: { readonly S3DataSource: { readonly S3Uri: string } }
    readonly SplitType?: string
  }
  readonly TransformOutput: { readonly S3OutputPath: string; readonly AssembleWith?: string }
  readonly TransformResources: { readonly InstanceType: string; readonly VolumeKmsKeyId?: string }
  readonly BatchStrategy?: string
  readonly MaxConcurrentTransforms?: number
  readonly MaxPayloadInMB?: number
}

interface TransformJob {
  readonly input: TransformInput
  readonly createdAtMs: number
  readonly files: readonly { readonly key: string; readonly lines: readonly string[] }[]
  readonly written: Set<string>
  readonly refused: Set<string>
  stoppedAtMs: number | null
}

const startMs = 4 * 60_000
const fileMs = 30_000

/** @param refuses what the container answers with an error */
export function createTransformDouble(
  refuses: (inputs: string) => boolean = () => false,
): ServiceDouble {
  const jobs = new Map<string, TransformJob>()

  function find(input: Input): TransformJob {
    const job = jobs.get(String(input['TransformJobName']))
    if (job) return job
    throw validationFailure('Could not find requested job with name')
  }

  /** Files are done one after another; what a stopped job had not written it never writes. */
  function advance(context: DoubleContext, job: TransformJob): void {
    const untilMs = Math.min(context.now(), job.stoppedAtMs ?? Infinity)
    const done = Math.floor((untilMs - job.createdAtMs - startMs) / fileMs)
    for (const { key, lines } of job.files.slice(0, Math.max(0, done))) {
      if (job.written.has(key) || job.refused.has(key)) continue
      const asked = lines.map((line) => JSON.parse(line) as { inputs: string })
      if (asked.some(({ inputs }) => refuses(inputs))) {
        job.refused.add(key)
        continue
      }
      job.written.add(key)
      // Below the output stands the last folder of the input, too.
      const [folder = '', name = ''] = key.split('/').slice(-2)
      const { S3OutputPath } = job.input.TransformOutput
      const answers = asked.map((one) => JSON.stringify(answerOf(context, one)))
      context.objects.put(
        `${S3OutputPath.replace(/\/*$/, '/')}${folder}/${name}.out`,
        answers.join('\n'),
      )
    }
  }

  function statusOf(context: DoubleContext, job: TransformJob): string {
    advance(context, job)
    if (job.stoppedAtMs !== null) return 'Stopped'
    if (context.now() < endOf(job)) return 'InProgress'
    return job.refused.size > 0 ? 'Failed' : 'Completed'
  }

  function endOf(job: TransformJob): number {
    return job.stoppedAtMs ?? job.createdAtMs + startMs + fileMs * job.files.length
  }

  return {
    CreateTransformJob: (context, raw) => {
      const input = raw as unknown as TransformInput // validated against the model
      const name = input.TransformJobName
      const { InstanceType, VolumeKmsKeyId } = input.TransformResources
      if (jobs.has(name))
        throw new ServiceFailure(
          'ResourceInUse',
          `Job name must be unique within an AWS account and region, and a job with this name already exists (${arnOf(context, name)})`,
        )
      if (!context.hosting.models.has(input.ModelName))
        throw validationFailure(
          `Could not find model "arn:aws:sagemaker:${context.region}:${context.account}:model/${input.ModelName}".`,
        )
      if (VolumeKmsKeyId !== undefined && /^ml\.(g4dn|g5|g6|g6e)\./.test(InstanceType))
        throw validationFailure(
          `VolumeKmsKeyId is not supported for instance type ${InstanceType}, which has local storage.`,
        )
      if ((input.MaxConcurrentTransforms ?? 1) * (input.MaxPayloadInMB ?? 6) > 100)
        throw validationFailure('MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100MB.')
      const objects = context.objects.under(input.TransformInput.DataSource.S3DataSource.S3Uri)
      if (objects.length === 0) throw validationFailure('No S3 objects found under the input.')
      const isByLine =
        input.TransformInput.SplitType === 'Line' &&
        input.BatchStrategy === 'SingleRecord' &&
        input.TransformOutput.AssembleWith === 'Line'
      jobs.set(name, {
        input,
        createdAtMs: context.now(),
        files: objects.map(({ key, object }) => {
          const text = object.body.toString('utf8')
          return { key, lines: isByLine ? text.trimEnd().split('\n') : [text] }
        }),
        written: new Set(),
        refused: new Set(),
        stoppedAtMs: null,
      })
      return { TransformJobArn: arnOf(context, name) }
    },
    DescribeTransformJob: (context, input) => {
      const job = find(input)
      const status = statusOf(context, job)
      const { bucket } = parseUri(job.input.TransformOutput.S3OutputPath)
      return {
        ...without(job.input as unknown as Input, 'Tags'),
        TransformJobArn: arnOf(context, job.input.TransformJobName),
        TransformJobStatus: status,
        CreationTime: new Date(job.createdAtMs),
        ...(context.now() >= job.createdAtMs + startMs
          ? { TransformStartTime: new Date(job.createdAtMs + startMs) }
          : {}),
        ...(status === 'InProgress' ? {} : { TransformEndTime: new Date(endOf(job)) }),
        ...(status === 'Failed'
          ? { FailureReason: `ClientError: See job logs for more information (${bucket})` }
          : {}),
      }
    },
    StopTransformJob: (context, input) => {
      const job = find(input)
      const status = statusOf(context, job)
      if (status !== 'InProgress')
        throw validationFailure(
          `The request was rejected because the transform job is in status ${status}.`,
        )
      job.stoppedAtMs = context.now()
      return {}
    },
  }
}

function arnOf({ region, account }: DoubleContext, name: string): string {
  return `arn:aws:sagemaker:${region}:${account}:transform-job/${name}`
}
