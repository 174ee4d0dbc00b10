/** The looks and steps of an endpoint's life, as calls to SageMaker and EventBridge Scheduler. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  type EndpointStatus as WireStatus,
} from '@aws-sdk/client-sagemaker'
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from '@aws-sdk/client-scheduler'
import type { EndpointRevision, EndpointScaling, EndpointVariant } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { answerDate, signedAt } from './answerDate.ts'
import { asyncFailureUri } from './asyncInvocation.ts'
import { removeScaling } from './endpointScaling.ts'
import { fromSdkError } from './errors.ts'
import { modelRequest } from './modelRequest.ts'
import type { Connection } from './workspace.ts'

/** What was planned: names, and what stands behind them. */
export interface EndpointPlan {
  readonly name: string
  readonly title: string
  readonly purpose: 'test' | 'production'
  readonly revisions: readonly EndpointRevision[]
  readonly scaling: EndpointScaling | null
  /** Whether a schedule is to be looked for. */
  readonly isGuarded: boolean
}

export interface EndpointSight {
  /** AWS's clock, when the look began. */
  readonly nowMs: number
  readonly scheduledMs: number | null
  readonly hasModel: boolean
  readonly hasConfig: boolean
  readonly status: WireStatus | null
  readonly reason: string | null
  readonly configName: string | null
  /** Variant -> weight. */
  readonly weights: ReadonlyMap<string, number>
}

/** How AWS answered a step. What got no answer is thrown. */
export interface StepAnswer {
  readonly outcome: 'done' | 'forbidden' | 'refused'
  readonly refusal: AppError | null
  /** An earlier attempt of the same request may still arrive. */
  readonly wasRepeated: boolean
}

export const timbreTag = 'timbre:managed'
export const endpointPrefix = 'timbre-'
const scheduleRetrySeconds = 86_400

export function scheduleNameOf(endpointName: string): string {
  return `stop-${endpointName}`
}

/** The role that EventBridge Scheduler takes to delete an endpoint; docs/endpoints.md says what it may. */
export function schedulerRoleArn({ partition, account }: Connection): string {
  return `arn:${partition}:iam::${account}:role/TimbreScheduler`
}

/** In this order, the endpoint last. @throws AppError when AWS does not answer */
export async function lookAtEndpoint(
  { clients }: Connection,
  plan: EndpointPlan,
): Promise<EndpointSight> {
  const { sageMaker } = clients
  let nowMs: number | null = null
  const atFirst = (atMs: number) => (nowMs ??= atMs)
  const scheduledMs = plan.isGuarded ? await findSchedule(clients, plan.name, atFirst) : null
  const modelNames = [
    ...new Set(
      plan.revisions.flatMap(({ variants }) => variants.map(({ modelName }) => modelName)),
    ),
  ]
  let hasModel = false
  let hasCurrentModels = true
  const current = plan.revisions.at(-1)
  for (const modelName of modelNames) {
    const command = new DescribeModelCommand({ ModelName: modelName })
    command.middlewareStack.use(answerDate(atFirst))
    const isThere = await exists(() => sageMaker.send(command))
    hasModel ||= isThere
    const isCurrent = current?.variants.some((variant) => variant.modelName === modelName)
    if (isCurrent && !isThere) hasCurrentModels = false
  }
  let hasConfig = false
  for (const { configName } of plan.revisions) {
    const command = new DescribeEndpointConfigCommand({ EndpointConfigName: configName })
    command.middlewareStack.use(answerDate(atFirst))
    hasConfig ||= await exists(() => sageMaker.send(command))
  }
  const endpoint = await orNull(() =>
    sageMaker.send(new DescribeEndpointCommand({ EndpointName: plan.name })),
  )
  if (nowMs === null) throw new AppError('Internal', 'AWS answered without a date')
  return {
    nowMs,
    scheduledMs,
    // While it is made all of its models have to be there; when it is removed, any that is left counts.
    hasModel: hasConfig || endpoint ? hasModel : hasModel && hasCurrentModels,
    hasConfig,
    status: endpoint?.EndpointStatus ?? null,
    reason: endpoint?.FailureReason ?? null,
    configName: endpoint?.EndpointConfigName ?? null,
    weights: new Map(
      (endpoint?.ProductionVariants ?? []).map((variant) => [
        variant.VariantName ?? '',
        variant.DesiredWeight ?? variant.CurrentWeight ?? 1,
      ]),
    ),
  }
}

/** @throws AppError NetworkUnavailable and others of which nobody knows whether the request arrived */
export async function takeEndpointStep(
  connection: Connection,
  plan: EndpointPlan,
  step: { readonly kind: string; readonly atMs?: number; readonly signedAtMs?: number },
): Promise<StepAnswer> {
  const { sageMaker } = connection.clients
  switch (step.kind) {
    case 'put-schedule':
      return putSchedule(connection, plan.name, step.atMs ?? 0)
    case 'create-model':
      return inTurn(
        (plan.revisions.at(-1)?.variants ?? []).map(
          (variant) => () => createModel(connection, plan, variant),
        ),
      )
    case 'create-config':
      return inTurn(
        plan.revisions.slice(-1).map((revision) => () => createConfig(connection, plan, revision)),
      )
    case 'create-endpoint':
      return createEndpoint(connection, plan, step.signedAtMs ?? 0)
    case 'delete-endpoint':
      return deleted(() => sageMaker.send(new DeleteEndpointCommand({ EndpointName: plan.name })))
    case 'delete-config':
      // It costs nothing, so that it waits until what costs is gone.
      if (plan.scaling !== null) await forgetScaling(connection, plan, plan.scaling)
      return inTurn(
        plan.revisions.map(
          ({ configName }) =>
            () =>
              deleted(() =>
                sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: configName })),
              ),
        ),
      )
    case 'delete-model':
      return inTurn(
        plan.revisions.flatMap(({ variants }) =>
          variants.map(
            ({ modelName }) =>
              () =>
                deleted(() => sageMaker.send(new DeleteModelCommand({ ModelName: modelName }))),
          ),
        ),
      )
    case 'delete-schedule': {
      const { scheduler } = await connection.clients.cloud()
      return deleted(() =>
        scheduler.send(new DeleteScheduleCommand({ Name: scheduleNameOf(plan.name) })),
      )
    }
    default:
      throw new AppError('Internal', `${step.kind} is no request`)
  }
}

async function forgetScaling(
  connection: Connection,
  { name, revisions }: EndpointPlan,
  scaling: EndpointScaling,
): Promise<void> {
  const variants = revisions.flatMap((revision) => revision.variants.map((one) => one.name))
  await removeScaling(connection, {
    name,
    variants: [...new Set(variants)],
    scaling,
    isAsync: false,
  })
}

export async function createModel(
  connection: Connection,
  plan: Pick<EndpointPlan, 'name' | 'title' | 'purpose'>,
  variant: EndpointVariant,
): Promise<StepAnswer> {
  const request = modelRequest(connection, variant, tagsOf(connection, plan))
  return created(() => connection.clients.sageMaker.send(new CreateModelCommand(request)))
}

export async function createConfig(
  connection: Connection,
  plan: Pick<EndpointPlan, 'name' | 'title' | 'purpose'>,
  { configName, variants, dataCapture, asyncOutputUri }: EndpointRevision,
): Promise<StepAnswer> {
  return created(() =>
    connection.clients.sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: configName,
        ProductionVariants: variants.map((variant) => ({
          VariantName: variant.name,
          ModelName: variant.modelName,
          InitialInstanceCount: variant.instanceCount,
          InstanceType: variant.instanceType as 'ml.m5.large', // the hub or the dialog names a valid one
          InitialVariantWeight: variant.weight,
          ...(variant.downloadSeconds !== null && {
            ModelDataDownloadTimeoutInSeconds: variant.downloadSeconds,
          }),
          ...(variant.startSeconds !== null && {
            ContainerStartupHealthCheckTimeoutInSeconds: variant.startSeconds,
          }),
          ...(variant.machineImage !== null && {
            InferenceAmiVersion: variant.machineImage as 'al2-ami-sagemaker-inference-gpu-2', // the hub names a valid one
          }),
        })),
        ...(dataCapture && {
          DataCaptureConfig: {
            EnableCapture: true,
            InitialSamplingPercentage: dataCapture.percentage,
            DestinationS3Uri: dataCapture.destinationUri,
            ...(connection.kmsKeyArn !== null && { KmsKeyId: connection.kmsKeyArn }),
            CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
          },
        }),
        ...(asyncOutputUri !== null && {
          AsyncInferenceConfig: {
            OutputConfig: {
              S3OutputPath: asyncOutputUri,
              S3FailurePath: asyncFailureUri(asyncOutputUri),
              ...(connection.kmsKeyArn !== null && { KmsKeyId: connection.kmsKeyArn }),
            },
          },
        }),
        ...(connection.kmsKeyArn !== null && { KmsKeyId: connection.kmsKeyArn }),
        Tags: tagsOf(connection, plan),
      }),
    ),
  )
}

function createEndpoint(connection: Connection, plan: EndpointPlan, signedAtMs: number) {
  const command = new CreateEndpointCommand({
    EndpointName: plan.name,
    EndpointConfigName: plan.revisions.at(-1)?.configName ?? plan.name,
    Tags: tagsOf(connection, plan),
  })
  command.middlewareStack.use(signedAt(signedAtMs))
  return created(() => connection.clients.sageMaker.send(command))
}

/** The whole definition each time: an update resets what is not sent. */
async function putSchedule(
  connection: Connection,
  name: string,
  atMs: number,
): Promise<StepAnswer> {
  const { scheduler } = await connection.clients.cloud()
  const definition: CreateScheduleCommandInput = {
    Name: scheduleNameOf(name),
    Description: `Deletes the endpoint ${name}, which Timbre made, when it was not used for a while.`,
    ScheduleExpression: `at(${new Date(atMs).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    State: 'ENABLED',
    Target: {
      Arn: `arn:${connection.partition}:scheduler:::aws-sdk:sagemaker:deleteEndpoint`,
      RoleArn: schedulerRoleArn(connection),
      Input: JSON.stringify({ EndpointName: name }),
      RetryPolicy: { MaximumEventAgeInSeconds: scheduleRetrySeconds, MaximumRetryAttempts: 185 },
    },
  }
  const answer = await attempt(async () => {
    try {
      return await scheduler.send(new UpdateScheduleCommand(definition))
    } catch (error) {
      if (fromSdkError(error).code !== 'NotFound') throw error
      return scheduler.send(new CreateScheduleCommand(definition))
    }
  })
  // A role that the scheduler may not take is a missing permission too; AWS calls it invalid.
  return answer.refusal?.code === 'AccessDenied' || answer.refusal?.code === 'InvalidRequest'
    ? { ...answer, outcome: 'forbidden' }
    : answer
}

async function findSchedule(
  clients: Connection['clients'],
  endpointName: string,
  onDate: (atMs: number) => void,
): Promise<number | null> {
  const { scheduler } = await clients.cloud()
  const command = new GetScheduleCommand({ Name: scheduleNameOf(endpointName) })
  command.middlewareStack.use(answerDate(onDate))
  try {
    const { ScheduleExpression = '' } = await scheduler.send(command)
    const [, time] = /^at\((.+)\)$/.exec(ScheduleExpression) ?? []
    return time === undefined ? null : Date.parse(`${time}Z`)
  } catch (error) {
    const refusal = fromSdkError(error)
    // Without the permission to look there is none to rely on.
    if (refusal.code === 'NotFound' || refusal.code === 'AccessDenied') return null
    throw refusal
  }
}

function tagsOf(
  connection: Connection,
  { name, title, purpose }: Pick<EndpointPlan, 'name' | 'title' | 'purpose'>,
) {
  const own = [
    { Key: timbreTag, Value: 'true' },
    { Key: 'timbre:endpoint', Value: name },
    { Key: 'timbre:purpose', Value: purpose },
    {
      Key: 'timbre:title',
      Value: title.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, ' ').slice(0, 256),
    },
  ]
  return [...connection.tags.map(({ key, value }) => ({ Key: key, Value: value })), ...own]
}

/** One after another; the first that is not done ends it. */
async function inTurn(requests: readonly (() => Promise<StepAnswer>)[]): Promise<StepAnswer> {
  let last: StepAnswer = { outcome: 'done', refusal: null, wasRepeated: false }
  for (const request of requests) {
    last = await request()
    if (last.outcome !== 'done') return last
  }
  return last
}

/** SageMaker says ValidationException for all of these, so its text is all there is to tell by. */
const created = (send: Send) => unlessSaid(/already existing/, send)
const deleted = (send: Send) => unlessSaid(/Could not find|does not exist/, send).then(goneIsDone)

/** Other services have a name for it. */
function goneIsDone(answer: StepAnswer): StepAnswer {
  return answer.refusal?.code === 'NotFound'
    ? { ...answer, outcome: 'done', refusal: null }
    : answer
}

type Send = () => Promise<{ $metadata: { attempts?: number } }>

/** What is there already was made by an earlier attempt; what is gone already, by an earlier delete. */
async function unlessSaid(words: RegExp, send: Send): Promise<StepAnswer> {
  const answer = await attempt(send)
  const isAsWished = answer.refusal?.code === 'InvalidRequest' && words.test(answer.refusal.message)
  return isAsWished ? { ...answer, outcome: 'done', refusal: null } : answer
}

async function attempt(send: Send): Promise<StepAnswer> {
  try {
    const { $metadata } = await send()
    return { outcome: 'done', refusal: null, wasRepeated: ($metadata.attempts ?? 1) > 1 }
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.retryable || refusal.code === 'Internal' || refusal.code === 'Cancelled')
      throw refusal
    return {
      outcome: refusal.code === 'AccessDenied' ? 'forbidden' : 'refused',
      refusal,
      wasRepeated: false,
    }
  }
}

async function exists(describe: () => Promise<unknown>): Promise<boolean> {
  return (await orNull(describe)) !== null
}

/** What is not there is a ValidationException, not a ResourceNotFound. */
async function orNull<T>(describe: () => Promise<T>): Promise<T | null> {
  try {
    return await describe()
  } catch (error) {
    const refusal = fromSdkError(error)
    if (refusal.code === 'InvalidRequest' || refusal.code === 'NotFound') return null
    throw refusal
  }
}
