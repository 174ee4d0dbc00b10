/** CloudWatch Logs over the training jobs' logs. */
import { z } from 'zod'
import type { TrainingJobRecord } from '../jobs/trainingJob.ts'
import type { LogEvent } from '../store/logStream.ts'
import { engineAccount, engineRegion, type EngineContext } from './engineContext.ts'
import { parseFilterPattern } from './filterPattern.ts'
import { operation, type Operation } from './operation.ts'
import { pageOf, startOf } from './paging.ts'
import { ServiceError } from './serviceError.ts'

export const trainingLogGroup = '/aws/sagemaker/TrainingJobs'

/** AWS caps an answer at 10,000 events and 1 MB. */
const mostEvents = 10_000
const mostBytes = 1024 * 1024

const group = { logGroupName: z.string().optional(), logGroupIdentifier: z.string().optional() }

export const logOperations: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: operation(
    z.object({
      logGroupNamePrefix: z.string().min(1).max(512).optional(),
      logGroupNamePattern: z.string().max(512).optional(),
      limit: z.number().int().min(1).max(50).default(50),
      nextToken: z.string().optional(),
    }),
    (_, input) => {
      if (input.logGroupNamePrefix !== undefined && input.logGroupNamePattern !== undefined) {
        throw new ServiceError(
          'InvalidParameterException',
          'logGroupNamePrefix and logGroupNamePattern are mutually exclusive.',
        )
      }
      const found = [trainingLogGroup].filter(
        (name) =>
          name.startsWith(input.logGroupNamePrefix ?? '') &&
          name.toLowerCase().includes((input.logGroupNamePattern ?? '').toLowerCase()),
      )
      const { page, NextToken } = pageOf(found, input.limit, input.nextToken)
      return {
        logGroups: page.map((logGroupName) => ({
          logGroupName,
          logGroupArn: groupArn(logGroupName),
          arn: `${groupArn(logGroupName)}:*`,
          logGroupClass: 'STANDARD',
        })),
        ...(NextToken ? { nextToken: NextToken } : {}),
      }
    },
  ),

  DescribeLogStreams: operation(
    z.object({
      ...group,
      logStreamNamePrefix: z.string().default(''),
      orderBy: z.enum(['LogStreamName', 'LastEventTime']).default('LogStreamName'),
      descending: z.boolean().default(false),
      limit: z.number().int().min(1).max(50).default(50),
      nextToken: z.string().optional(),
    }),
    (context, input) => {
      requireGroup(input)
      if (input.logStreamNamePrefix !== '' && input.orderBy === 'LastEventTime') {
        throw new ServiceError(
          'InvalidParameterException',
          'Cannot order by LastEventTime with a logStreamNamePrefix.',
        )
      }
      const streams = loggedJobs(context)
        .filter((job) => job.logStreamName.startsWith(input.logStreamNamePrefix))
        .map((job) => {
          const events = context.logOf(job).events()
          return {
            logStreamName: job.logStreamName,
            creationTime: job.createdAtMs,
            firstEventTimestamp: events[0]?.timestamp,
            lastEventTimestamp: events.at(-1)?.timestamp,
          }
        })
        .sort((a, b) =>
          input.orderBy === 'LogStreamName'
            ? a.logStreamName < b.logStreamName
              ? -1
              : 1
            : (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0),
        )
      if (input.descending) streams.reverse()
      const { page, NextToken } = pageOf(streams, input.limit, input.nextToken)
      return { logStreams: page, ...(NextToken ? { nextToken: NextToken } : {}) }
    },
  ),

  GetLogEvents: operation(
    z.object({
      ...group,
      logStreamName: z.string(),
      startTime: z.number().optional(),
      endTime: z.number().optional(),
      nextToken: z.string().optional(),
      limit: z.number().int().min(1).max(mostEvents).default(mostEvents),
      startFromHead: z.boolean().default(false),
    }),
    (context, input) => {
      requireGroup(input)
      const job = loggedJobs(context).find((known) => known.logStreamName === input.logStreamName)
      if (!job) {
        throw new ServiceError(
          'ResourceNotFoundException',
          'The specified log stream does not exist.',
        )
      }
      const events = context
        .logOf(job)
        .events()
        .filter((event) => within(event, input.startTime, input.endTime))
      const [start, end] = windowOf(events, input)
      return {
        events: events
          .slice(start, end)
          .map((event) => ({ ...event, ingestionTime: event.timestamp })),
        // At the end the forward token is the one that was sent: that is how clients know.
        nextForwardToken: `f/${String(end).padStart(20, '0')}`,
        nextBackwardToken: `b/${String(start).padStart(20, '0')}`,
      }
    },
  ),

  FilterLogEvents: operation(
    z.object({
      ...group,
      logStreamNamePrefix: z.string().optional(),
      logStreamNames: z.array(z.string()).min(1).max(100).optional(),
      filterPattern: z.string().max(1024).default(''),
      startTime: z.number().optional(),
      endTime: z.number().optional(),
      nextToken: z.string().optional(),
      limit: z.number().int().min(1).max(mostEvents).default(mostEvents),
    }),
    (context, input) => {
      requireGroup(input)
      if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
        throw new ServiceError(
          'InvalidParameterException',
          'logStreamNames and logStreamNamePrefix are mutually exclusive.',
        )
      }
      const isWanted = parseFilterPattern(input.filterPattern)
      const found = loggedJobs(context)
        .filter((job) =>
          input.logStreamNames
            ? input.logStreamNames.includes(job.logStreamName)
            : job.logStreamName.startsWith(input.logStreamNamePrefix ?? ''),
        )
        .flatMap((job) =>
          context
            .logOf(job)
            .events()
            .map((event, index) => ({
              ...event,
              logStreamName: job.logStreamName,
              ingestionTime: event.timestamp,
              eventId: `${job.createdAtMs}${String(index).padStart(20, '0')}`,
            })),
        )
        .filter((event) => within(event, input.startTime, input.endTime) && isWanted(event.message))
        .sort((a, b) => a.timestamp - b.timestamp)
      const start = startOf(input.nextToken)
      const end = endOfAnswer(found, start, input.limit)
      const { page, NextToken } = pageOf(found, Math.max(end - start, 1), input.nextToken)
      return {
        events: page,
        searchedLogStreams: [],
        ...(NextToken ? { nextToken: NextToken } : {}),
      }
    },
  ),
}

function groupArn(name: string): string {
  return `arn:aws:logs:${engineRegion}:${engineAccount}:log-group:${name}`
}

function requireGroup(input: {
  logGroupName?: string | undefined
  logGroupIdentifier?: string | undefined
}): void {
  const name = input.logGroupName ?? input.logGroupIdentifier?.split(':log-group:')[1]
  if (name?.replace(/:\*$/, '') !== trainingLogGroup) {
    throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.')
  }
}

/** A stream appears with its first line, as in AWS when the container starts. */
function loggedJobs(context: EngineContext): TrainingJobRecord[] {
  return context.jobs.list().filter((job) => context.logOf(job).events().length > 0)
}

function within(event: LogEvent, start: number | undefined, end: number | undefined): boolean {
  return (
    (start === undefined || event.timestamp >= start) &&
    (end === undefined || event.timestamp < end)
  )
}

/** Which events the answer holds: after or before the token, or from the chosen end. */
function windowOf(
  events: readonly LogEvent[],
  input: { nextToken?: string | undefined; limit: number; startFromHead: boolean },
): [number, number] {
  const token = /^([fb])\/(\d{20})$/.exec(input.nextToken ?? '')
  if (input.nextToken !== undefined && !token) {
    throw new ServiceError('InvalidParameterException', 'The specified nextToken is invalid.')
  }
  const position = Number(token?.[2] ?? 0)
  if (token?.[1] === 'f' || (!token && input.startFromHead)) {
    const start = Math.min(position, events.length)
    return [start, endOfAnswer(events, start, input.limit)]
  }
  const end = token ? Math.min(position, events.length) : events.length
  return [Math.max(end - input.limit, 0), end]
}

/** As many events as fit into an answer, at least one. */
function endOfAnswer(events: readonly LogEvent[], start: number, limit: number): number {
  let end = start
  let bytes = 0
  while (end < events.length && end - start < limit) {
    bytes += Buffer.byteLength(events[end]?.message ?? '') + 26
    if (bytes > mostBytes && end > start) break
    end += 1
  }
  return end
}
