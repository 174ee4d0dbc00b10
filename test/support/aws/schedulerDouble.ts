/** EventBridge Scheduler, as far as it ends endpoints and their components: schedules with SageMaker's universal targets. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { ServiceFailure, validationFailure } from './serviceFailure.ts'
import { settle } from './settleHosting.ts'
import { without } from './without.ts'

type Input = Readonly<Record<string, unknown>>

export const schedulerDouble: ServiceDouble = {
  CreateSchedule: (context, input) => {
    settle(context)
    const name = String(input['Name'])
    if (context.hosting.schedules.has(name))
      throw new ServiceFailure('ConflictException', `Schedule ${name} already exists.`, 409)
    return put(context, name, input)
  },
  UpdateSchedule: (context, input) => {
    settle(context)
    const name = String(input['Name'])
    requireSchedule(context, name)
    return put(context, name, input)
  },
  GetSchedule: (context, input) => {
    settle(context)
    const name = String(input['Name'])
    const definition = without(requireSchedule(context, name).input, 'ClientToken')
    return { ...definition, Arn: arnOf(context, name), GroupName: 'default' }
  },
  DeleteSchedule: (context, input) => {
    settle(context)
    const name = String(input['Name'])
    requireSchedule(context, name)
    context.hosting.schedules.delete(name)
    return {}
  },
}

const targets = [
  ['deleteEndpoint', 'endpoint', 'EndpointName'],
  ['deleteInferenceComponent', 'component', 'InferenceComponentName'],
] as const

function put(context: DoubleContext, name: string, input: Input) {
  const { atMs, endMs } = timesOf(input)
  if (input['ScheduleExpressionTimezone'] !== 'UTC')
    throw validationFailure('The double knows schedules in UTC only.')
  const target = input['Target'] as { Arn: string; RoleArn: string; Input?: string }
  const known = targets.find(
    ([operation]) => target.Arn === `arn:aws:scheduler:::aws-sdk:sagemaker:${operation}`,
  )
  if (!known) throw validationFailure(`Provided Arn is not in correct format: ${target.Arn}`)
  if (!context.hosting.isSchedulerTrusted)
    throw validationFailure(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    )
  const [, kind, member] = known
  const deleted = (JSON.parse(target.Input ?? '{}') as Record<string, string>)[member]
  if (deleted === undefined) throw validationFailure(`The target has no ${member}.`)
  context.hosting.schedules.set(name, {
    input,
    atMs,
    nextMs: atMs,
    endMs,
    deletes: { kind, name: deleted },
  })
  return { ScheduleArn: arnOf(context, name) }
}

function timesOf(input: Input): { atMs: number; endMs: number | null } {
  const expression = String(input['ScheduleExpression'])
  if (expression === 'rate(5 minutes)') {
    const [start, end] = [input['StartDate'], input['EndDate']]
    if (typeof start !== 'number' || typeof end !== 'number')
      throw validationFailure('The double knows repeated schedules with a start and an end only.')
    return { atMs: start * 1000, endMs: end * 1000 }
  }
  const [, time] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression) ?? []
  const atMs = Date.parse(`${time}Z`)
  if (time === undefined || Number.isNaN(atMs))
    throw validationFailure(`Invalid Schedule Expression ${expression}.`)
  return { atMs, endMs: null }
}

function requireSchedule({ hosting }: DoubleContext, name: string) {
  const found = hosting.schedules.get(name)
  if (found) return found
  throw new ServiceFailure('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
}

function arnOf({ region, account }: DoubleContext, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/default/${name}`
}
