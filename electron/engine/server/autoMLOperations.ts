/** CreateAutoMLJobV2 and its companions: Autopilot's fine-tuning, by the trainer that CreateTrainingJob uses. */
import { z } from 'zod'
import {
  autoMLJobKey,
  progressOf,
  trainingJobOf,
  type AutoMLJobRecord,
  type AutoMLProgress,
} from '../jobs/autoMLJob.ts'
import { autoMLJobName, createAutoMLJobInput } from '../jobs/autoMLJobInput.ts'
import { isTerminalStatus } from '../jobs/trainingJob.ts'
import { candidateOf } from './autoMLCandidate.ts'
import { defaultTrainingRuntime, planAutoMLJob } from './autoMLRequest.ts'
import { arnOf, type EngineContext } from './engineContext.ts'
import { listInput, selectJobs } from './jobListing.ts'
import { epochSeconds, operation, type Operation } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'
import { putTags } from './tagOperations.ts'

const byName = z.object({ AutoMLJobName: autoMLJobName })
const statuses = ['Completed', 'InProgress', 'Failed', 'Stopped', 'Stopping'] as const

export const autoMLOperations: Readonly<Record<string, Operation>> = {
  CreateAutoMLJobV2: operation(createAutoMLJobInput, async (context, { Tags, ...request }) => {
    const name = request.AutoMLJobName
    const plan = await planAutoMLJob(context, request)
    if (context.autoMLJobs.find(autoMLJobKey(name)))
      throw new ServiceError(
        'ResourceInUse',
        'AutoML job names must be unique within an account and region.',
      )
    const nowMs = context.now()
    const job: AutoMLJobRecord = {
      ...plan,
      name,
      arn: arnOf('automl-job', name),
      request,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      preparation: 'Waiting',
      failureReason: null,
      deletedTraining: null,
    }
    context.autoMLJobs.put(job)
    if (Tags) putTags(context, job.arn, Tags)
    context.autoML.start(job)
    return { AutoMLJobArn: job.arn }
  }),

  DescribeAutoMLJobV2: operation(byName, (context, input) => {
    const job = requireJob(context, input.AutoMLJobName)
    const training = trainingJobOf(job, context.jobs)
    const { request, baseModelName } = job
    const criteria = request.AutoMLProblemTypeConfig.TextGenerationJobConfig?.CompletionCriteria
    return {
      ...request,
      ...summaryOf(job, progressOf(job, training)),
      AutoMLProblemTypeConfigName: 'TextGeneration',
      ResolvedAttributes: {
        CompletionCriteria: {
          MaxCandidates: 1,
          MaxRuntimePerTrainingJobInSeconds: defaultTrainingRuntime,
          ...criteria,
        },
        AutoMLProblemTypeResolvedAttributes: {
          TextGenerationResolvedAttributes: { BaseModelName: baseModelName },
        },
      },
      ...(training?.artifactUri ? { BestCandidate: candidateOf(job, training) } : {}),
    }
  }),

  ListAutoMLJobs: operation(listInput({ statuses, sortBy: 'Name' }), (context, input) => {
    const jobs = context.autoMLJobs.list().map((job) => {
      const progress = progressOf(job, trainingJobOf(job, context.jobs))
      return { ...progress, name: job.name, createdAtMs: job.createdAtMs, job }
    })
    const { page, ...next } = pageOf(selectJobs(jobs, input), input.MaxResults, input.NextToken)
    return {
      AutoMLJobSummaries: page.map(({ job, ...progress }) => summaryOf(job, progress)),
      ...next,
    }
  }),

  StopAutoMLJob: operation(byName, (context, input) => {
    const job = requireJob(context, input.AutoMLJobName)
    const { status } = progressOf(job, trainingJobOf(job, context.jobs))
    if (isTerminalStatus(status))
      throw validationError(
        `The request was rejected because the AutoML job is in status ${status}.`,
      )
    context.autoML.requestStop(job)
    return {}
  }),

  ListCandidatesForAutoMLJob: operation(
    z.object({
      AutoMLJobName: autoMLJobName,
      StatusEquals: z.enum(statuses).optional(),
      CandidateNameEquals: z.string().min(1).max(64).optional(),
      // A job for text generation has one candidate, so there is nothing to put in order.
      SortOrder: z.enum(['Ascending', 'Descending']).optional(),
      SortBy: z.enum(['CreationTime', 'Status', 'FinalObjectiveMetricValue']).optional(),
      MaxResults: z.number().int().min(1).max(300).default(10),
      NextToken: z.string().optional(),
    }),
    (context, input) => {
      const job = requireJob(context, input.AutoMLJobName)
      const training = trainingJobOf(job, context.jobs)
      const found = (training ? [candidateOf(job, training)] : []).filter(
        (candidate) =>
          (input.StatusEquals ?? candidate.CandidateStatus) === candidate.CandidateStatus &&
          (input.CandidateNameEquals ?? candidate.CandidateName) === candidate.CandidateName,
      )
      const { page, ...next } = pageOf(found, input.MaxResults, input.NextToken)
      return { Candidates: page, ...next }
    },
  ),
}

function requireJob(context: EngineContext, name: string): AutoMLJobRecord {
  const job = context.autoMLJobs.find(autoMLJobKey(name))
  if (!job) throw new ServiceError('ResourceNotFound', `Could not find AutoML job ${name}.`)
  return job
}

function summaryOf(job: AutoMLJobRecord, progress: AutoMLProgress) {
  const { status, secondaryStatus, failureReason, modifiedAtMs, endedAtMs } = progress
  return {
    AutoMLJobName: job.name,
    AutoMLJobArn: job.arn,
    AutoMLJobStatus: status,
    AutoMLJobSecondaryStatus: secondaryStatus,
    CreationTime: epochSeconds(job.createdAtMs),
    LastModifiedTime: epochSeconds(modifiedAtMs),
    ...(endedAtMs === null ? {} : { EndTime: epochSeconds(endedAtMs) }),
    ...(failureReason === null ? {} : { FailureReason: failureReason }),
  }
}
