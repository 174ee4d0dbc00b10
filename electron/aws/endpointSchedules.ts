/** The schedules that end an endpoint without this program: EventBridge Scheduler's. */
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler'
import { repeatedDelete } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { arnIn } from '../../shared/partition.ts'
import { schedulerRoleName } from '../../shared/policies.ts'
import { answerDate } from './answerDate.ts'
import { fromSdkError } from './errors.ts'
import { findMissingActions } from './setup/simulate.ts'
import { attempt, deleted, isForbidden, type StepAnswer } from './stepAnswer.ts'
import type { Connection } from './workspace.ts'

/** What a schedule deletes. */
export interface ScheduledDelete {
  readonly kind: 'endpoint' | 'component'
  readonly name: string
  /** It asks again and again for a week; otherwise once, and what is refused is retried for a day. */
  readonly repeats: boolean
}

const targets = {
  endpoint: { operation: 'deleteEndpoint', member: 'EndpointName' },
  component: { operation: 'deleteInferenceComponent', member: 'InferenceComponentName' },
} as const
const scheduleRetrySeconds = 86_400

/** The role that EventBridge Scheduler takes to delete an endpoint; docs/endpoints.md says what it may. */
export function schedulerRoleArn({ partition, account }: Connection): string {
  return `arn:${partition}:iam::${account}:role/${schedulerRoleName}`
}

function scheduleNameOf({ name }: Pick<ScheduledDelete, 'name'>): string {
  return `stop-${name}`
}

/** The whole definition each time: an update resets what is not sent. */
export async function putSchedule(
  connection: Connection,
  wanted: ScheduledDelete,
  atMs: number,
): Promise<StepAnswer> {
  const { scheduler } = await connection.clients.cloud()
  const { operation, member } = targets[wanted.kind]
  const definition: CreateScheduleCommandInput = {
    Name: scheduleNameOf(wanted),
    Description: `Deletes the ${wanted.kind} ${wanted.name}, which Timbre made, when it was not used for a while.`,
    // Whether a refused delete is retried is nowhere promised; where refusals are sure to come it is asked again.
    ...(!wanted.repeats
      ? { ScheduleExpression: `at(${new Date(atMs).toISOString().slice(0, 19)})` }
      : {
          ScheduleExpression: `rate(${repeatedDelete.everyMs / 60_000} minutes)`,
          // Whole seconds, as in the other: what is read again has to be what was sent.
          StartDate: new Date(Math.floor(atMs / 1000) * 1000),
          EndDate: new Date(Math.floor((atMs + repeatedDelete.forMs) / 1000) * 1000),
        }),
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    State: 'ENABLED',
    Target: {
      Arn: `arn:${connection.partition}:scheduler:::aws-sdk:sagemaker:${operation}`,
      RoleArn: schedulerRoleArn(connection),
      Input: JSON.stringify({ [member]: wanted.name }),
      RetryPolicy: {
        MaximumEventAgeInSeconds: scheduleRetrySeconds,
        // A retry outlives its schedule, and would delete the next endpoint of the same name.
        MaximumRetryAttempts: wanted.repeats ? 0 : 185,
      },
    },
  }
  const answer = await attempt(async () => {
    try {
      return await scheduler.send(new UpdateScheduleCommand(definition))
    } catch (error) {
      if (fromSdkError(error).code !== 'NotFound') throw error
      if (!(await mayDelete(connection, wanted)))
        throw new AppError('AccessDenied', `${schedulerRoleName} may not ${operation}`)
      return scheduler.send(new CreateScheduleCommand(definition))
    }
  })
  // A role that the scheduler may not take is a missing permission too; AWS calls it invalid.
  return answer.refusal?.code === 'InvalidRequest' ? { ...answer, outcome: 'forbidden' } : answer
}

/**
 * AWS takes a schedule whose role may not do what it is for, and says nothing when it runs. A role that was made before
 * Timbre had components may not delete these. Where asking is not allowed, what the workspace's page asks for has to do.
 */
async function mayDelete(connection: Connection, wanted: ScheduledDelete): Promise<boolean> {
  if (wanted.kind === 'endpoint') return true
  const { region, account } = connection
  const resource = `inference-component/${wanted.name}`
  const missing = await findMissingActions(connection, schedulerRoleArn(connection), {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sagemaker:DeleteInferenceComponent',
        Resource: arnIn(region, { service: 'sagemaker', region, account, resource }),
      },
    ],
  }).catch(() => [])
  return missing.length === 0
}

/** When it runs, or begins to; null: there is none that could be relied on. */
export async function findSchedule(
  clients: Connection['clients'],
  wanted: Pick<ScheduledDelete, 'name'>,
  onDate: (atMs: number) => void,
): Promise<number | null> {
  const { scheduler } = await clients.cloud()
  const command = new GetScheduleCommand({ Name: scheduleNameOf(wanted) })
  command.middlewareStack.use(answerDate(onDate))
  try {
    const { ScheduleExpression = '', StartDate } = await scheduler.send(command)
    if (ScheduleExpression.startsWith('rate(')) return StartDate?.getTime() ?? null
    const [, time] = /^at\((.+)\)$/.exec(ScheduleExpression) ?? []
    return time === undefined ? null : Date.parse(`${time}Z`)
  } catch (error) {
    const refusal = fromSdkError(error)
    // Without the permission to look there is none to rely on.
    if (refusal.code === 'NotFound' || isForbidden(refusal)) return null
    throw refusal
  }
}

export async function deleteSchedule(
  connection: Connection,
  wanted: Pick<ScheduledDelete, 'name'>,
): Promise<StepAnswer> {
  const { scheduler } = await connection.clients.cloud()
  return deleted(() => scheduler.send(new DeleteScheduleCommand({ Name: scheduleNameOf(wanted) })))
}
