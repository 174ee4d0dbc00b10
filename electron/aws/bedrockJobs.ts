/** Bedrock's customization jobs on the wire and as the app means them. */
import {
  CreateModelCustomizationJobCommand,
  type CreateModelCustomizationJobCommandInput,
  GetModelCustomizationJobCommand,
  type GetModelCustomizationJobCommandOutput,
  ListFoundationModelsCommand,
  StopModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock'
import { parse } from 'csv-parse/sync'
import { fromSdkError, withAwsErrors } from './errors.ts'
import { tagsOf, vpcOf } from './requestParts.ts'
import { readText } from './s3.ts'
import type { TrainingJob } from './trainingJobs.ts'
import type { Connection } from './workspace.ts'

export interface FoundationModel {
  readonly id: string
  readonly name: string
  readonly provider: string
}

/** Those of the region that can be fine-tuned with text. */
export async function listFoundationModels({ clients }: Connection): Promise<FoundationModel[]> {
  const { bedrock } = await clients.cloud()
  const { modelSummaries = [] } = await withAwsErrors(() =>
    bedrock.send(new ListFoundationModelsCommand({ byCustomizationType: 'FINE_TUNING' })),
  )
  return modelSummaries.flatMap((model) => {
    const isText = [model.inputModalities, model.outputModalities].every((modalities) =>
      (modalities ?? ['TEXT']).includes('TEXT'),
    )
    const isActive = (model.modelLifecycle?.status ?? 'ACTIVE') === 'ACTIVE'
    if (model.modelId === undefined || !isText || !isActive) return []
    return [
      {
        id: model.modelId,
        name: model.modelName ?? model.modelId,
        provider: model.providerName ?? '',
      },
    ]
  })
}

export interface CustomizationJobSpec {
  readonly jobName: string
  readonly baseModelId: string
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly trainingUri: string
  readonly validationUri: string
  readonly outputUri: string
}

/**
 * Name and token are the idempotency key: sent again, AWS answers with the job that is there.
 * @returns the job's ARN
 */
export async function createCustomizationJob(
  connection: Connection,
  spec: CustomizationJobSpec,
): Promise<string> {
  const { bedrock } = await connection.clients.cloud()
  try {
    const request = customizationJobRequest(connection, spec)
    const created = await bedrock.send(new CreateModelCustomizationJobCommand(request))
    return created.jobArn ?? ''
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code !== 'NameTaken') throw refusal
    return (await describeCustomizationJob(connection, spec.jobName)).arn
  }
}

export function customizationJobRequest(
  connection: Connection,
  spec: CustomizationJobSpec,
): CreateModelCustomizationJobCommandInput {
  const vpc = vpcOf(connection)
  const tags = tagsOf(connection).map(({ Key, Value }) => ({ key: Key, value: Value }))
  return {
    jobName: spec.jobName,
    // The same: letters, digits and single hyphens.
    customModelName: spec.jobName,
    roleArn: connection.roleArn,
    clientRequestToken: spec.jobName,
    baseModelIdentifier: spec.baseModelId,
    customizationType: 'FINE_TUNING',
    trainingDataConfig: { s3Uri: spec.trainingUri },
    validationDataConfig: { validators: [{ s3Uri: spec.validationUri }] },
    outputDataConfig: { s3Uri: spec.outputUri },
    hyperParameters: { ...spec.hyperparameters },
    ...(connection.kmsKeyArn === null ? {} : { customModelKmsKeyId: connection.kmsKeyArn }),
    ...(tags.length > 0 ? { jobTags: tags, customModelTags: tags } : {}),
    ...(vpc
      ? { vpcConfig: { subnetIds: vpc.Subnets, securityGroupIds: vpc.SecurityGroupIds } }
      : {}),
  }
}

export interface CustomizationJob extends TrainingJob {
  /** s3://bucket/prefix/ below which the curves stand; null before the job has completed. */
  readonly metricsUri: string | null
}

/** @param name its name or ARN @throws AppError NotFound */
export async function describeCustomizationJob(
  { clients }: Connection,
  name: string,
): Promise<CustomizationJob> {
  const { bedrock } = await clients.cloud()
  const job = await withAwsErrors(() =>
    bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: name })),
  )
  const status = job.status ?? 'InProgress'
  const startedAtMs = job.statusDetails?.trainingDetails?.creationTime?.getTime() ?? null
  const endedAtMs = job.endTime?.getTime() ?? null
  const hasStarted = (job.statusDetails?.trainingDetails?.status ?? 'NotStarted') !== 'NotStarted'
  const output = job.outputDataConfig?.s3Uri?.replace(/\/+$/, '')
  const id = job.jobArn?.split('/').at(-1)
  return {
    arn: job.jobArn ?? '',
    status,
    secondaryStatus: phaseOf(job),
    metricDefinitions: [],
    failureReason: job.failureMessage ?? null,
    // A model of Bedrock's own: nobody gets its weights.
    modelArtifactUri: job.outputModelArn ?? null,
    progress: null,
    startedAtMs: hasStarted ? startedAtMs : null,
    endedAtMs,
    trainingSeconds:
      hasStarted && startedAtMs !== null && endedAtMs !== null
        ? (endedAtMs - startedAtMs) / 1000
        : null,
    // GetModelCustomizationJob has no count of tokens.
    billed: null,
    metricsUri:
      status === 'Completed' && output !== undefined && id !== undefined
        ? `${output}/model-customization-job-${id}/`
        : null,
  }
}

/** Bedrock has phases instead of a secondary status. */
function phaseOf(job: GetModelCustomizationJobCommandOutput): string {
  if (job.status !== 'InProgress') return job.status ?? ''
  const details = job.statusDetails
  if (details?.trainingDetails?.status === 'InProgress') return 'Training'
  if (details?.dataProcessingDetails?.status === 'InProgress') return 'AnalyzingData'
  if (details?.validationDetails?.status === 'InProgress') return 'ValidatingData'
  return 'Starting'
}

/** A job that has ended already is left as it is. @throws AppError NotFound */
export async function stopCustomizationJob({ clients }: Connection, name: string): Promise<void> {
  const { bedrock } = await clients.cloud()
  try {
    await bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: name }))
  } catch (error) {
    const refusal = fromSdkError(error)
    // Bedrock says ConflictException when there is nothing left to stop.
    if (refusal.code !== 'NameTaken' && refusal.code !== 'InvalidRequest') throw refusal
  }
}

export interface CurveRow {
  readonly step: number
  readonly loss: number
}

/**
 * Step and loss of one of Bedrock's two files; none when it is not there.
 * @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-analyze.html
 */
export async function readCurveFile(
  { clients }: Connection,
  metricsUri: string,
  kind: 'training' | 'validation',
): Promise<CurveRow[]> {
  const name =
    kind === 'training'
      ? 'training_artifacts/step_wise_training_metrics.csv'
      : 'validation_artifacts/post_fine_tuning_validation/validation_metrics.csv'
  try {
    return readCurve(await readText(clients, `${metricsUri}${name}`), `${kind}_loss`)
  } catch (error) {
    if (fromSdkError(error).code === 'NotFound') return []
    throw error
  }
}

/** Lines without the two numbers are passed over. */
export function readCurve(text: string, column: string): CurveRow[] {
  const rows: Record<string, string>[] = parse(text, {
    columns: true,
    bom: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
  })
  return rows.flatMap((row) => {
    const step = Number(row['step_number'] ?? Number.NaN)
    const loss = Number(row[column] === '' ? Number.NaN : row[column])
    return Number.isInteger(step) && step >= 0 && Number.isFinite(loss) ? [{ step, loss }] : []
  })
}
