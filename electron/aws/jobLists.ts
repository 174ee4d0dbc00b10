/** The state of many jobs by few calls: SageMaker's lists, which tell of each job when it last changed. */
import { ListAutoMLJobsCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker'
import type { AwsClients } from './clients.ts'
import { pagesOf } from './pages.ts'

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
export function listTrainingJobs(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  request: JobListRequest,
): Promise<ListedJob[]> {
  return listPages(request, async (members) => {
    const page = await sageMaker.send(new ListTrainingJobsCommand(members))
    return {
      NextToken: page.NextToken,
      jobs: (page.TrainingJobSummaries ?? []).map((job) => ({
        jobName: job.TrainingJobName ?? '',
        arn: job.TrainingJobArn ?? '',
        kind: 'training',
        status: job.TrainingJobStatus ?? '',
        ...timesOf(job),
      })),
    }
  })
}

/** The same of Autopilot's jobs. */
export function listAutoMLJobs(
  { sageMaker }: Pick<AwsClients, 'sageMaker'>,
  request: JobListRequest,
): Promise<ListedJob[]> {
  return listPages(request, async (members) => {
    const page = await sageMaker.send(new ListAutoMLJobsCommand(members))
    return {
      NextToken: page.NextToken,
      jobs: (page.AutoMLJobSummaries ?? []).map((job) => ({
        jobName: job.AutoMLJobName ?? '',
        arn: job.AutoMLJobArn ?? '',
        kind: 'autoML',
        status: job.AutoMLJobStatus ?? '',
        ...timesOf(job),
      })),
    }
  })
}

interface JobPage {
  readonly jobs: readonly ListedJob[]
  readonly NextToken: string | undefined
}

/** What both lists take alike. */
interface ListMembers {
  MaxResults: number
  SortBy: 'CreationTime'
  SortOrder: 'Descending'
  NextToken?: string | undefined
  NameContains?: string
  LastModifiedTimeAfter?: Date
}

async function listPages(
  { nameContains, changedAfterMs, most }: JobListRequest,
  readPage: (members: ListMembers) => Promise<JobPage>,
): Promise<ListedJob[]> {
  const jobs: ListedJob[] = []
  const pages = pagesOf((NextToken) =>
    readPage({
      MaxResults: Math.min(pageSize, most - jobs.length),
      SortBy: 'CreationTime',
      SortOrder: 'Descending',
      NextToken,
      ...(nameContains !== undefined && { NameContains: nameContains }),
      ...(changedAfterMs !== null && { LastModifiedTimeAfter: new Date(changedAfterMs) }),
    }),
  )
  for await (const page of pages) {
    jobs.push(...page.jobs)
    if (jobs.length >= most) break
  }
  return jobs
}

/** A job that nobody changed yet has the time of its creation alone. */
function timesOf(job: {
  CreationTime?: Date | undefined
  LastModifiedTime?: Date | undefined
}): Pick<ListedJob, 'createdAtMs' | 'changedAtMs'> {
  return {
    createdAtMs: job.CreationTime?.getTime() ?? 0,
    changedAtMs: (job.LastModifiedTime ?? job.CreationTime)?.getTime() ?? 0,
  }
}
