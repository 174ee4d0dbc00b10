/**
 * EventBridge Scheduler's REST operations on one-shot schedules that delete an endpoint: what stops a forgotten endpoint.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/
 */
import { z } from 'zod'
import type { ScheduleRecord } from '../jobs/schedules.ts'
import { decodePath } from './decodePath.ts'
import { engineAccount, engineRegion, type EngineContext } from './engineContext.ts'
import type { EngineRequest, EngineResponse } from './exchange.ts'
import { parseInput } from './jsonInput.ts'
import { describeIssues, epochSeconds } from './operation.ts'
import { pageOf } from './paging.ts'
import { ServiceError, validationError } from './serviceError.ts'

const scheduleName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[0-9a-zA-Z-_.]+$/)
const deleteEndpointTarget = /^arn:aws[a-z-]*:scheduler:::aws-sdk:sagemaker:deleteEndpoint$/
const defaultRetrySeconds = 86_400

const scheduleInput = z.object({
  GroupName: scheduleName.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).optional(),
  FlexibleTimeWindow: z.object({ Mode: z.enum(['OFF', 'FLEXIBLE']) }).loose(),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  ClientToken: z
    .string()
    .max(64)
    .regex(/^[a-zA-Z0-9-_]+$/)
    .optional(),
  Target: z
    .object({
      Arn: z.string().max(1600),
      RoleArn: z
        .string()
        .max(1600)
        .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/),
      Input: z.string().optional(),
      RetryPolicy: z
        .object({
          MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).optional(),
          MaximumRetryAttempts: z.number().int().min(0).max(185).optional(),
        })
        .optional(),
    })
    .loose(),
})
type ScheduleInput = z.output<typeof scheduleInput>

/** `/schedules` and `/schedules/{name}`. */
export function answerScheduler(
  context: EngineContext,
  request: EngineRequest,
  body: Buffer,
): EngineResponse {
  const match = /^\/schedules(?:\/([^/]+))?$/.exec(request.rawPath)
  const name = match?.[1] === undefined ? null : decodePath(match[1])
  const group = request.query.get('groupName') ?? 'default'
  if (match && name !== null) {
    switch (request.method) {
      case 'POST':
        return json(createSchedule(context, name, body))
      case 'PUT':
        return json(updateSchedule(context, name, body))
      case 'GET':
        return json(describeSchedule(requireSchedule(context, group, name)))
      case 'DELETE':
        context.schedules.delete(requireSchedule(context, group, name).key)
        return json({})
    }
  }
  if (match && request.method === 'GET') return json(listSchedules(context, request.query))
  throw new ServiceError('UnknownOperationException', 'The operation is not known.', 404)
}

function createSchedule(context: EngineContext, name: string, body: Buffer) {
  const input = parse(body)
  const record = toRecord(context, name, input)
  const known = context.schedules.find(record.key)
  if (known) {
    const isSentAgain = input.ClientToken !== undefined && known.clientToken === input.ClientToken
    if (isSentAgain) return { ScheduleArn: known.arn }
    throw new ServiceError('ConflictException', `Schedule ${name} already exists.`, 409)
  }
  context.schedules.put(record)
  return { ScheduleArn: record.arn }
}

/** Replaces all of it, as AWS does: what is not sent goes back to its default. */
function updateSchedule(context: EngineContext, name: string, body: Buffer) {
  const input = parse(body)
  const known = requireSchedule(context, input.GroupName, name)
  const record = toRecord(context, name, input)
  context.schedules.put({ ...record, createdAtMs: known.createdAtMs })
  return { ScheduleArn: record.arn }
}

function listSchedules(context: EngineContext, query: URLSearchParams) {
  const prefix = query.get('NamePrefix') ?? ''
  const group = query.get('ScheduleGroup')
  const found = context.schedules
    .list()
    .filter(({ name, groupName }) => name.startsWith(prefix) && (!group || groupName === group))
  const most = Number(query.get('MaxResults') ?? 100)
  const { page, ...next } = pageOf(
    found,
    Number.isInteger(most) && most > 0 && most <= 100 ? most : 100,
    query.get('NextToken') ?? undefined,
  )
  return {
    Schedules: page.map((schedule) => ({
      Arn: schedule.arn,
      Name: schedule.name,
      GroupName: schedule.groupName,
      State: schedule.isEnabled ? 'ENABLED' : 'DISABLED',
      CreationDate: epochSeconds(schedule.createdAtMs),
      LastModificationDate: epochSeconds(schedule.modifiedAtMs),
    })),
    ...next,
  }
}

function describeSchedule(schedule: ScheduleRecord) {
  return {
    ...schedule.request,
    Name: schedule.name,
    GroupName: schedule.groupName,
    Arn: schedule.arn,
    CreationDate: epochSeconds(schedule.createdAtMs),
    LastModificationDate: epochSeconds(schedule.modifiedAtMs),
  }
}

function requireSchedule(context: EngineContext, group: string, name: string): ScheduleRecord {
  const found = context.schedules.find(keyOf(group, name))
  if (found) return found
  throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
}

function parse(body: Buffer): ScheduleInput {
  const parsed = scheduleInput.safeParse(parseInput(body), { reportInput: true })
  if (!parsed.success) throw validationError(describeIssues(parsed.error))
  return parsed.data
}

function toRecord(context: EngineContext, name: string, input: ScheduleInput): ScheduleRecord {
  if (!scheduleName.safeParse(name).success) throw validationError('The name is not valid.')
  const { ClientToken, ...request } = input
  const nowMs = context.now()
  return {
    key: keyOf(input.GroupName, name),
    name,
    groupName: input.GroupName,
    arn: `arn:aws:scheduler:${engineRegion}:${engineAccount}:schedule/${input.GroupName}/${name}`,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    fireAtMs: timeOf(input),
    endpointName: endpointOf(input),
    isEnabled: input.State === 'ENABLED',
    retryForMs: 1000 * (input.Target.RetryPolicy?.MaximumEventAgeInSeconds ?? defaultRetrySeconds),
    isSpent: false,
    deletesItself: input.ActionAfterCompletion === 'DELETE',
    clientToken: ClientToken ?? null,
    request,
  }
}

function timeOf({ ScheduleExpression, ScheduleExpressionTimezone }: ScheduleInput): number {
  const [, time] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(ScheduleExpression) ?? []
  const atMs = time === undefined ? NaN : Date.parse(`${time}Z`)
  if (Number.isNaN(atMs)) throw validationError('This computer takes at(yyyy-mm-ddThh:mm:ss) only.')
  if (ScheduleExpressionTimezone !== undefined && ScheduleExpressionTimezone !== 'UTC')
    throw validationError('This computer takes times in UTC only.')
  return atMs
}

function endpointOf({ Target }: ScheduleInput): string {
  if (!deleteEndpointTarget.test(Target.Arn))
    throw validationError('This computer takes the target aws-sdk:sagemaker:deleteEndpoint only.')
  const input = z
    .object({ EndpointName: z.string() })
    .safeParse(parseInput(Buffer.from(Target.Input ?? '{}')))
  if (!input.success) throw validationError('Target.Input must name the EndpointName.')
  return input.data.EndpointName
}

function keyOf(group: string, name: string): string {
  return `${group}/${name}`
}

function json(output: object): EngineResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(output),
  }
}
