/** Training jobs whose machines AWS chooses itself; the result is a model package. */
import {
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  ListMlflowAppsCommand,
} from '@aws-sdk/client-sagemaker'
import { AppError } from '../../shared/errors.ts'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { channelOf, tagsOf, vpcOf, type JobConnection } from './requestParts.ts'
import { readTrainingJob, toTrainingJob, type TrainingJob } from './trainingJobs.ts'

export interface ServerlessJobSpec {
  readonly jobName: string
  /** Of the hub content; AWS takes its newest version. */
  readonly baseModelArn: string
  readonly isLora: boolean
  readonly sequenceLength: string | null
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
  readonly modelPackageGroupArn: string
  /** Keeps the curve; null: the account has none, and only the progress is told. */
  readonly mlflowArn: string | null
  readonly mlflowExperiment: string
  readonly acceptsEula: boolean
}

export interface ServerlessJob extends TrainingJob {
  readonly mlflowArn: string | null
  readonly mlflowRunId: string | null
}

/**
 * The name is the idempotency key, as with other training jobs.
 * @returns the job's ARN
 */
export async function createServerlessJob(
  connection: JobConnection,
  spec: ServerlessJobSpec,
): Promise<string> {
  const { clients } = connection
  try {
    const request = serverlessJobRequest(connection, spec)
    const created = await clients.sageMaker.send(new CreateTrainingJobCommand(request))
    return created.TrainingJobArn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'NameTaken') throw refusal
    return (await readTrainingJob(clients, spec.jobName)).TrainingJobArn ?? ''
  }
}

export function serverlessJobRequest(
  connection: JobConnection,
  spec: ServerlessJobSpec,
): CreateTrainingJobCommandInput {
  const { kmsKeyArn } = connection
  const vpc = vpcOf(connection)
  return {
    TrainingJobName: spec.jobName,
    RoleArn: connection.roleArn,
    ServerlessJobConfig: {
      BaseModelArn: spec.baseModelArn,
      JobType: 'FineTuning',
      CustomizationTechnique: 'SFT',
      ...(spec.isLora ? { Peft: 'LORA' } : {}),
      ...(spec.sequenceLength === null ? {} : { SequenceLength: spec.sequenceLength as '4K' }), // as the recipe names it
      ...(spec.acceptsEula ? { AcceptEula: true } : {}),
    },
    HyperParameters: { ...spec.hyperparameters },
    InputDataConfig: [
      channelOf('train', spec.trainingUri),
      channelOf('validation', spec.validationUri),
    ],
    OutputDataConfig: {
      S3OutputPath: spec.outputUri,
      ...(kmsKeyArn === null ? {} : { KmsKeyId: kmsKeyArn }),
    },
    ModelPackageConfig: { ModelPackageGroupArn: spec.modelPackageGroupArn },
    ...(spec.mlflowArn === null
      ? {}
      : {
          MlflowConfig: {
            MlflowResourceArn: spec.mlflowArn,
            MlflowExperimentName: spec.mlflowExperiment,
            MlflowRunName: spec.jobName,
          },
        }),
    ...(vpc ? { VpcConfig: vpc } : {}),
    Tags: tagsOf(connection),
  }
}

/** @throws AppError NotFound */
export async function describeServerlessJob(
  { clients }: Pick<JobConnection, 'clients'>,
  jobName: string,
): Promise<ServerlessJob> {
  const job = await readTrainingJob(clients, jobName)
  const common = toTrainingJob(job)
  const packageArn = job.OutputModelPackageArn
  return {
    ...common,
    modelArtifactUri:
      packageArn !== undefined && common.status === 'Completed'
        ? await readPackage(clients, packageArn)
        : common.modelArtifactUri,
    mlflowArn: job.MlflowConfig?.MlflowResourceArn ?? null,
    mlflowRunId: job.MlflowDetails?.MlflowRunId ?? null,
  }
}

/**
 * Where the tuned weights stand. Those that were merged with the base model are in a folder of their own.
 * @see https://github.com/aws/sagemaker-python-sdk, sagemaker-serve
 */
async function readPackage(
  { sageMaker }: JobConnection['clients'],
  packageArn: string,
): Promise<string | null> {
  const found = await withAwsErrors(() =>
    sageMaker.send(new DescribeModelPackageCommand({ ModelPackageName: packageArn })),
  )
  const container = found.InferenceSpecification?.Containers?.[0]
  const uri = container?.ModelDataSource?.S3DataSource?.S3Uri ?? container?.ModelDataUrl
  if (uri === undefined) return null
  const isMerged = container?.IsCheckpoint === false
  return isMerged ? `${uri.replace(/\/+$/, '')}/checkpoints/hf_merged/` : uri
}

/** Makes the group that results are put into, unless it is there. @returns its ARN */
export async function ensureModelPackageGroup(
  connection: JobConnection,
  name: string,
): Promise<string> {
  const { sageMaker } = connection.clients
  const find = () =>
    withAwsErrors(() =>
      sageMaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: name })),
    ).then(({ ModelPackageGroupArn }) => ModelPackageGroupArn ?? '')
  try {
    return await find()
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  try {
    const made = await sageMaker.send(
      new CreateModelPackageGroupCommand({
        ModelPackageGroupName: name,
        Tags: tagsOf(connection),
      }),
    )
    return made.ModelPackageGroupArn ?? ''
  } catch (error) {
    // Its answer was lost the first time: SageMaker says so with ValidationException.
    return find().catch((problem: unknown) => {
      // Only when it is not there after all was the refusal meant.
      throw isMissing(problem) ? fromSdkError(error) : problem
    })
  }
}

/** SageMaker says ValidationException of a group that is not there. */
function isMissing(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'NotFound' || error.code === 'InvalidRequest')
}

/** The account's standard MLflow app, when it can be used; null when there is none, or it may not be looked for. */
export async function findMlflowApp({
  clients,
}: Pick<JobConnection, 'clients'>): Promise<string | null> {
  try {
    const { Summaries = [] } = await clients.sageMaker.send(
      new ListMlflowAppsCommand({ AccountDefaultStatus: 'ENABLED' }),
    )
    return Summaries.find(({ Status }) => Status === 'Created' || Status === 'Updated')?.Arn ?? null
  } catch (error) {
    const refusal = fromSdkError(error)
    // A curve is worth less than the training.
    if (refusal.code === 'AccessDenied' || refusal.code === 'InvalidRequest') return null
    throw refusal
  }
}
