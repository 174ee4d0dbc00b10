/** Jobs that others started, as far as the history needs to know them. */
import {
  DescribeAutoMLJobV2Command,
  DescribeTrainingJobCommand,
  ListTagsCommand,
} from '@aws-sdk/client-sagemaker'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

export interface ForeignJob {
  readonly jobName: string
  readonly arn: string
  /** As hub or Autopilot call it; the image's name where neither is known. */
  readonly baseModel: string
  /** As the job was given them, without the quotes that SageMaker's own SDK puts around text. */
  readonly hyperparameters: Record<string, string>
  readonly dataUri: string
  readonly createdAtMs: number
}

const hubModelTag = 'sagemaker-sdk:jumpstart-model-id'

/** @throws AppError NotFound */
export async function describeForeignTrainingJob(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  jobName: string,
): Promise<ForeignJob> {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
  )
  const arn = job.TrainingJobArn ?? ''
  const tags = await withAwsErrors(() => sageMaker.send(new ListTagsCommand({ ResourceArn: arn })))
  const image = job.AlgorithmSpecification?.TrainingImage ?? ''
  return {
    jobName,
    arn,
    baseModel:
      tags.Tags?.find(({ Key }) => Key === hubModelTag)?.Value ??
      image.slice(image.lastIndexOf('/') + 1),
    hyperparameters: Object.fromEntries(
      Object.entries(job.HyperParameters ?? {}).map(([name, value]) => [name, unquoted(value)]),
    ),
    dataUri: job.InputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri ?? '',
    createdAtMs: job.CreationTime?.getTime() ?? 0,
  }
}

/** @throws AppError NotFound */
export async function describeForeignAutoMLJob(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  jobName: string,
): Promise<ForeignJob> {
  const job = await withAwsErrors(() =>
    sageMaker.send(new DescribeAutoMLJobV2Command({ AutoMLJobName: jobName })),
  )
  const config = job.AutoMLProblemTypeConfig?.TextGenerationJobConfig
  return {
    jobName,
    arn: job.AutoMLJobArn ?? '',
    baseModel:
      job.ResolvedAttributes?.AutoMLProblemTypeResolvedAttributes?.TextGenerationResolvedAttributes
        ?.BaseModelName ??
      config?.BaseModelName ??
      '',
    hyperparameters: { ...config?.TextGenerationHyperParameters },
    dataUri: job.AutoMLJobInputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri ?? '',
    createdAtMs: job.CreationTime?.getTime() ?? 0,
  }
}

function unquoted(value: string): string {
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'string' ? parsed : value
  } catch {
    return value
  }
}
