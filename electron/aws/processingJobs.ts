/** A processing job, run to its end. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  CreateProcessingJobCommand,
  DescribeProcessingJobCommand,
  StopProcessingJobCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import { withAwsErrors } from './errors.ts'
import { tagsOf, volumeKeyOf, vpcOf } from './requestParts.ts'
import type { Connection } from './workspace.ts'

export interface ProcessingJobSpec {
  readonly jobName: string
  readonly image: string
  readonly instanceType: string
  /** Input name -> S3 address. */
  readonly inputs: Readonly<Record<string, string>>
  /** s3://bucket/prefix/ of what the container writes; null: it says everything in its exit message. */
  readonly outputUri: string | null
  readonly containerEntrypoint?: readonly string[]
  readonly containerArguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Left out: as long as AWS gives by itself. */
  readonly maxSeconds?: number
  /** Withdrawn, the job is stopped: it would go on being paid. */
  readonly signal?: AbortSignal
  /** Reasons of that signal that leave the job as it is, to be found again by its name. */
  readonly leavesRunning?: (reason: unknown) => boolean
  /** Left out: as often as an engine beside us is asked. */
  readonly pollMs?: number
}

export interface ProcessingJobEnd {
  readonly completed: boolean
  /** The container's last words, or why it failed. */
  readonly message: string
}

const enginePollMs = 300

/** One of this name that is there already is waited for. @throws AppError Cancelled */
export async function runProcessingJob(
  connection: Connection,
  job: ProcessingJobSpec,
): Promise<ProcessingJobEnd> {
  const { clients, roleArn, kmsKeyArn } = connection
  const { sageMaker } = clients
  const { signal, pollMs = enginePollMs } = job
  const network = vpcOf(connection)
  const tags = tagsOf(connection)
  await withAwsErrors(() =>
    sageMaker.send(
      new CreateProcessingJobCommand({
        ProcessingJobName: job.jobName,
        RoleArn: roleArn,
        ProcessingInputs: Object.entries(job.inputs).map(([InputName, S3Uri]) => ({
          InputName,
          S3Input: {
            S3Uri,
            LocalPath: `/opt/ml/processing/${InputName}`,
            S3DataType: 'S3Prefix',
            S3InputMode: 'File',
          },
        })),
        ...(job.outputUri === null
          ? {}
          : {
              ProcessingOutputConfig: {
                ...(kmsKeyArn === null ? {} : { KmsKeyId: kmsKeyArn }),
                Outputs: [
                  {
                    OutputName: 'output',
                    S3Output: {
                      S3Uri: job.outputUri,
                      LocalPath: '/opt/ml/processing/output',
                      S3UploadMode: 'EndOfJob',
                    },
                  },
                ],
              },
            }),
        ProcessingResources: {
          ClusterConfig: {
            InstanceCount: 1,
            InstanceType: job.instanceType as 'ml.m5.large', // the hub names a valid one
            VolumeSizeInGB: 30,
            ...volumeKeyOf(connection, job.instanceType),
          },
        },
        AppSpecification: {
          ImageUri: job.image,
          ...(job.containerEntrypoint ? { ContainerEntrypoint: [...job.containerEntrypoint] } : {}),
          ...(job.containerArguments ? { ContainerArguments: [...job.containerArguments] } : {}),
        },
        ...(job.environment ? { Environment: { ...job.environment } } : {}),
        ...(job.maxSeconds === undefined
          ? {}
          : { StoppingCondition: { MaxRuntimeInSeconds: job.maxSeconds } }),
        ...(network ? { NetworkConfig: { VpcConfig: network } } : {}),
        ...(tags.length > 0 ? { Tags: tags } : {}),
      }),
    ),
  ).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'NameTaken') throw error
  })
  for (;;) {
    const found = await withAwsErrors(() =>
      sageMaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job.jobName })),
    )
    const status = found.ProcessingJobStatus
    if (status === 'Completed') return { completed: true, message: found.ExitMessage ?? '' }
    if (status === 'Failed' || status === 'Stopped')
      return { completed: false, message: (found.FailureReason ?? '').replace(/^\w+Error: /, '') }
    await wait(pollMs, undefined, signal ? { signal } : {}).catch(() => undefined)
    if (!signal?.aborted) continue
    if (!job.leavesRunning?.(signal.reason)) await stopProcessingJob(connection, job.jobName)
    throw new AppError('Cancelled', 'Nobody waits for the processing job any more')
  }
}

/** One that has ended already is left as it is. */
async function stopProcessingJob({ clients }: Connection, jobName: string): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(new StopProcessingJobCommand({ ProcessingJobName: jobName })),
  ).catch((error: unknown) => {
    if (!(error instanceof AppError) || !['InvalidRequest', 'NotFound'].includes(error.code))
      throw error
  })
}
