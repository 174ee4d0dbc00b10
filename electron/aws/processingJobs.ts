/** A processing job, run to its end. */
import { setTimeout as wait } from 'node:timers/promises'
import { CreateProcessingJobCommand, DescribeProcessingJobCommand } from '@aws-sdk/client-sagemaker'
import { withAwsErrors } from './errors.ts'
import type { Connection } from './workspace.ts'

export interface ProcessingJobSpec {
  readonly jobName: string
  readonly image: string
  readonly instanceType: string
  /** Input name -> S3 address. */
  readonly inputs: Readonly<Record<string, string>>
  /** s3://bucket/prefix/ of what the container writes; null: it says everything in its exit message. */
  readonly outputUri: string | null
  readonly containerArguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

export interface ProcessingJobEnd {
  readonly completed: boolean
  /** The container's last words, or why it failed. */
  readonly message: string
}

const pollMs = 300

export async function runProcessingJob(
  { clients, roleArn }: Connection,
  job: ProcessingJobSpec,
): Promise<ProcessingJobEnd> {
  const { sageMaker } = clients
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
          },
        },
        AppSpecification: {
          ImageUri: job.image,
          ...(job.containerArguments ? { ContainerArguments: [...job.containerArguments] } : {}),
        },
        ...(job.environment ? { Environment: { ...job.environment } } : {}),
      }),
    ),
  )
  for (;;) {
    const found = await withAwsErrors(() =>
      sageMaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: job.jobName })),
    )
    const status = found.ProcessingJobStatus
    if (status === 'Completed') return { completed: true, message: found.ExitMessage ?? '' }
    if (status === 'Failed' || status === 'Stopped')
      return { completed: false, message: (found.FailureReason ?? '').replace(/^\w+Error: /, '') }
    await wait(pollMs)
  }
}
