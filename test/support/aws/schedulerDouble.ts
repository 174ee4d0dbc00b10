/** EventBridge Scheduler, as far as it ends endpoints: one-shot schedules with SageMaker's universal target. */
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

function put(context: DoubleContext, name: string, input: Input) {
  const expression = String(input['ScheduleExpression'])
  const [, time] = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression) ?? []
  const atMs = Date.parse(`${time}Z`)
  if (time === undefined || Number.isNaN(atMs))
    throw validationFailure(`Invalid Schedule Expression ${expression}.`)
  if (input['ScheduleExpressionTimezone'] !== 'UTC')
    throw validationFailure('The double knows schedules in UTC only.')
  const target = input['Target'] as { Arn: string; RoleArn: string; Input?: string }
  if (target.Arn !== 'arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint')
    throw validationFailure(`Provided Arn is not in correct format: ${target.Arn}`)
  if (!context.hosting.isSchedulerTrusted)
    throw validationFailure(
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    )
  const { EndpointName } = JSON.parse(target.Input ?? '{}') as { EndpointName?: string }
  if (EndpointName === undefined) throw validationFailure('The target has no EndpointName.')
  context.hosting.schedules.set(name, { input, atMs, endpointName: EndpointName })
  return { ScheduleArn: arnOf(context, name) }
}

function requireSchedule({ hosting }: DoubleContext, name: string) {
  const found = hosting.schedules.get(name)
  if (found) return found
  throw new ServiceFailure('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
}

function arnOf({ region, account }: DoubleContext, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule/default/${name}`
}
