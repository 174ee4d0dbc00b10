/**
 * SageMaker's batch transform: a machine answers every line of the files below an address and ends. Of each file it writes
 * one of answers in the same order, or none if a line of it was refused; a job that is stopped writes nothing more.
 */
import {
  CreateModelCommand,
  CreateTransformJobCommand,
  DeleteModelCommand,
  DescribeTransformJobCommand,
  StopTransformJobCommand,
  type TransformJobStatus,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import { timbreTag } from './endpointLife.ts'
import { withAwsErrors } from './errors.ts'
import { modelRequest, type ServedModel } from './modelRequest.ts'
import { tagsOf, volumeKeyOf } from './requestParts.ts'
import type { Connection } from './workspace.ts'

export interface TransformSpec {
  readonly jobName: string
  /** Named as the job. */
  readonly model: Omit<ServedModel, 'modelName'>
  readonly instanceType: string
  /** Folders, ending with a slash. */
  readonly inputUri: string
  readonly outputUri: string
}

export interface TransformJob {
  readonly status: TransformJobStatus
  /** Why it failed; empty unless it did. */
  readonly reason: string
  /** When its machine began and ended to answer, which is what is billed; null: not yet. AWS's time. */
  readonly startedAtMs: number | null
  readonly endedAtMs: number | null
}

/** Lines that are under way together: the product with the payload's limit may be 100 at most. */
const concurrentLines = 8
const payloadMegabytes = 6
const secondsForALine = 900

/** What is there already of the same name stays as it is. @throws AppError AccessDenied, QuotaExceeded, InvalidRequest */
export async function startTransformJob(
  connection: Connection,
  { jobName, model, instanceType, inputUri, outputUri }: TransformSpec,
): Promise<void> {
  const { clients, kmsKeyArn } = connection
  const { sageMaker } = clients
  const tags = tagsOf(connection, [{ Key: timbreTag, Value: 'true' }])
  const served = modelRequest(connection, { ...model, modelName: jobName }, tags)
  await withAwsErrors(() => sageMaker.send(new CreateModelCommand(served))).catch(knownIsFine)
  await withAwsErrors(() =>
    sageMaker.send(
      new CreateTransformJobCommand({
        TransformJobName: jobName,
        ModelName: jobName,
        BatchStrategy: 'SingleRecord',
        MaxConcurrentTransforms: concurrentLines,
        MaxPayloadInMB: payloadMegabytes,
        ModelClientConfig: { InvocationsTimeoutInSeconds: secondsForALine },
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: inputUri } },
          // Of a single line, which is what the container is sent.
          ContentType: 'application/json',
          SplitType: 'Line',
        },
        TransformOutput: {
          S3OutputPath: outputUri,
          Accept: 'application/json',
          AssembleWith: 'Line',
          ...(kmsKeyArn === null ? {} : { KmsKeyId: kmsKeyArn }),
        },
        TransformResources: {
          InstanceType: instanceType as 'ml.m5.large', // the request's schema lets no other through
          InstanceCount: 1,
          ...volumeKeyOf(connection, instanceType),
        },
        Tags: tags,
      }),
    ),
  ).catch(knownIsFine)
}

/** Null: there is none of this name. */
export async function findTransformJob(
  { clients }: Pick<Connection, 'clients'>,
  jobName: string,
): Promise<TransformJob | null> {
  try {
    const found = await withAwsErrors(() =>
      clients.sageMaker.send(new DescribeTransformJobCommand({ TransformJobName: jobName })),
    )
    return {
      status: found.TransformJobStatus ?? 'InProgress',
      reason: found.FailureReason ?? '',
      startedAtMs: found.TransformStartTime?.getTime() ?? null,
      endedAtMs: found.TransformEndTime?.getTime() ?? null,
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** One that has ended already, or that never was, is left as it is. */
export async function stopTransformJob(
  { clients }: Pick<Connection, 'clients'>,
  jobName: string,
): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(new StopTransformJobCommand({ TransformJobName: jobName })),
  ).catch((error: unknown) => {
    if (!(error instanceof AppError) || !['InvalidRequest', 'NotFound'].includes(error.code))
      throw error
  })
}

export async function deleteTransformModel(
  { clients }: Pick<Connection, 'clients'>,
  jobName: string,
): Promise<void> {
  await withAwsErrors(() =>
    clients.sageMaker.send(new DeleteModelCommand({ ModelName: jobName })),
  ).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/** SageMaker says of what is missing, and of a model that exists, that the request is invalid: its text tells. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof AppError)) return false
  if (error.code === 'NotFound') return true
  return error.code === 'InvalidRequest' && /could not find|does not exist/i.test(error.message)
}

function knownIsFine(error: unknown): void {
  if (error instanceof AppError) {
    if (error.code === 'NameTaken') return
    if (error.code === 'InvalidRequest' && /already existing/.test(error.message)) return
  }
  throw error
}
