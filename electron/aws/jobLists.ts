/** The state of many jobs by few calls: SageMaker's lists, which tell of each job when it last changed. */
import { ListAutoMLJobsCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker'
import type { AwsClients } from './clients.ts'
import { withAwsErrors } from './errors.ts'

export interface ListedJob {
  readonly jobName: string
  readonly arn: string
  readonly kind: JobKind
  /** As AWS says it: InProgress, Completed, Failed, Stopping, Stopped. */
  readonly status: string
  readonly createdAtMs: number
  /** By AWS's clock. */
  readonly changedAtMs: number
}

export type JobKind = 'training' | 'autoML'

export interface JobListRequest {
  /** Only those whose name holds this. */
  readonly nameContains?: string
  /** Only those that changed after this moment of AWS's clock; null: all. */
  readonly changedAfterMs: number | null
  /** Newest first; the list ends here at the latest. */
  readonly most: number
}

const pageSize = 100

/** Newest first. @param most a call is made for each hundred */
export async function listTrainingJobs(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  { nameContains, changedAfterMs, most }: JobListRequest,
): Promise<ListedJob[]> {
  const jobs: ListedJob[] = []
  let nextToken: string | undefined
  do {
    const page = await withAwsErrors(() =>
      sageMaker.send(
        new ListTrainingJobsCommand({
          MaxResults: Math.min(pageSize, most - jobs.length),
          SortBy: 'CreationTime',
          SortOrder: 'Descending',
          NextToken: nextToken,
          ...(nameContains !== undefined && { NameContains: nameContains }),
          ...(changedAfterMs !== null && { LastModifiedTimeAfter: new Date(changedAfterMs) }),
        }),
      ),
    )
    for (const job of page.TrainingJobSummaries ?? []) {
      jobs.push({
        jobName: job.TrainingJobName ?? '',
        arn: job.TrainingJobArn ?? '',
        kind: 'training',
        status: job.TrainingJobStatus ?? '',
        createdAtMs: job.CreationTime?.getTime() ?? 0,
        changedAtMs: (job.LastModifiedTime ?? job.CreationTime)?.getTime() ?? 0,
      })
    }
    nextToken = page.NextToken
  } while (nextToken !== undefined && jobs.length < most)
  return jobs
}

/** The same of Autopilot's jobs. */
export async function listAutoMLJobs(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  { nameContains, changedAfterMs, most }: JobListRequest,
): Promise<ListedJob[]> {
  const jobs: ListedJob[] = []
  let nextToken: string | undefined
  do {
    const page = await withAwsErrors(() =>
      sageMaker.send(
        new ListAutoMLJobsCommand({
          MaxResults: Math.min(pageSize, most - jobs.length),
          SortBy: 'CreationTime',
          SortOrder: 'Descending',
          NextToken: nextToken,
          ...(nameContains !== undefined && { NameContains: nameContains }),
          ...(changedAfterMs !== null && { LastModifiedTimeAfter: new Date(changedAfterMs) }),
        }),
      ),
    )
    for (const job of page.AutoMLJobSummaries ?? []) {
      jobs.push({
        jobName: job.AutoMLJobName ?? '',
        arn: job.AutoMLJobArn ?? '',
        kind: 'autoML',
        status: job.AutoMLJobStatus ?? '',
        createdAtMs: job.CreationTime?.getTime() ?? 0,
        changedAtMs: (job.LastModifiedTime ?? job.CreationTime)?.getTime() ?? 0,
      })
    }
    nextToken = page.NextToken
  } while (nextToken !== undefined && jobs.length < most)
  return jobs
}
