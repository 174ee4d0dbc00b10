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
  type InferenceComponentStatus,
} from '@aws-sdk/client-sagemaker'
import {
  currentRevision,
  type EndpointRevision,
  type EndpointScaling,
  type EndpointVariant,
} from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { answerDate, signedAt } from './answerDate.ts'
import { asyncFailureUri } from './asyncInvocation.ts'
import { removeScaling } from './endpointScaling.ts'
import { deleteSchedule, findSchedule, putSchedule } from './endpointSchedules.ts'
import { createComponent, deleteComponent, findComponent } from './inferenceComponents.ts'
import { modelRequest } from './modelRequest.ts'
import { vpcOf } from './requestParts.ts'
import { created, deleted, exists, inTurn, orNull, type StepAnswer } from './stepAnswer.ts'
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
  readonly componentScheduledMs: number | null
  readonly hasModel: boolean
  readonly hasConfig: boolean
  readonly status: WireStatus | null
  readonly component: InferenceComponentStatus | null
  /** Machines that run; null: not told. */
  readonly machines: number | null
  readonly reason: string | null
  readonly configName: string | null
  /** Variant -> weight. */
  readonly weights: ReadonlyMap<string, number>
}

export const timbreTag = 'timbre:managed'
export const endpointPrefix = 'timbre-'

/** In this order, endpoint and component last. @throws AppError when AWS does not answer */
export async function lookAtEndpoint(
  connection: Connection,
  plan: EndpointPlan,
): Promise<EndpointSight> {
  const { clients } = connection
  const { sageMaker } = clients
  const { componentName } = currentRevision(plan)
  let nowMs: number | null = null
  const atFirst = (atMs: number) => (nowMs ??= atMs)
  const scheduledMs = plan.isGuarded ? await findSchedule(clients, plan, atFirst) : null
  const componentScheduledMs =
    plan.isGuarded && componentName !== null
      ? await findSchedule(clients, { name: componentName }, atFirst)
      : null
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
  const component = componentName === null ? null : await findComponent(connection, componentName)
  if (nowMs === null) throw new AppError('Internal', 'AWS answered without a date')
  const variants = endpoint?.ProductionVariants
  return {
    nowMs,
    scheduledMs,
    componentScheduledMs,
    // While it is made all of its models have to be there; when it is removed, any that is left counts.
    hasModel: hasConfig || endpoint ? hasModel : hasModel && hasCurrentModels,
    hasConfig,
    status: endpoint?.EndpointStatus ?? null,
    component: component?.status ?? null,
    machines: variants
      ? variants.reduce((sum, { CurrentInstanceCount }) => sum + (CurrentInstanceCount ?? 0), 0)
      : null,
    reason: endpoint?.FailureReason ?? component?.reason ?? null,
    configName: endpoint?.EndpointConfigName ?? null,
    weights: new Map(
      (variants ?? []).map((variant) => [
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
  const revision = currentRevision(plan)
  const componentName = revision.componentName ?? ''
  switch (step.kind) {
    case 'put-schedule':
      return putSchedule(
        connection,
        { kind: 'endpoint', name: plan.name, repeats: revision.componentName !== null },
        step.atMs ?? 0,
      )
    case 'put-component-schedule':
      return putSchedule(
        connection,
        { kind: 'component', name: componentName, repeats: true },
        step.atMs ?? 0,
      )
    case 'create-model':
      return inTurn(
        revision.variants.map((variant) => () => createModel(connection, plan, variant)),
      )
    case 'create-config':
      return createConfig(connection, plan, revision)
    case 'create-endpoint':
      // One of an earlier life under this name, of another computer perhaps, would end it as well.
      return inTurn([
        ...(plan.isGuarded ? [] : [() => deleteSchedule(connection, plan)]),
        () => createEndpoint(connection, plan, step.signedAtMs ?? 0),
      ])
    case 'create-component':
      return inTurn(
        revision.variants.map(
          (variant) => () =>
            createComponent(
              connection,
              {
                name: componentName,
                endpointName: plan.name,
                variant,
                tags: tagsOf(connection, plan),
              },
              step.signedAtMs ?? 0,
            ),
        ),
      )
    case 'delete-component': {
      const answer = await deleteComponent(connection, componentName)
      // AWS refuses it while copies come and go: nothing may ask for others meanwhile.
      if (answer.outcome === 'refused' && plan.scaling !== null)
        await forgetScaling(connection, plan, plan.scaling)
      return answer
    }
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
    case 'delete-component-schedule':
      return deleteSchedule(connection, { name: componentName })
    case 'delete-schedule':
      return deleteSchedule(connection, plan)
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
  const { asyncOutputUri, componentName } = currentRevision({ revisions })
  await removeScaling(connection, {
    name,
    variants: [...new Set(variants)],
    scaling,
    isAsync: asyncOutputUri !== null,
    componentName,
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
  plan: Pick<EndpointPlan, 'name' | 'title' | 'purpose' | 'scaling'>,
  { configName, variants, dataCapture, asyncOutputUri, componentName }: EndpointRevision,
): Promise<StepAnswer> {
  const vpc = vpcOf(connection)
  return created(() =>
    connection.clients.sageMaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: configName,
        ProductionVariants: variants.map((variant) => ({
          VariantName: variant.name,
          InitialInstanceCount: variant.instanceCount,
          InstanceType: variant.instanceType as 'ml.m5.large', // the hub or the dialog names a valid one
          ...(componentName === null
            ? ownModelOf(variant)
            : {
                ManagedInstanceScaling: {
                  Status: 'ENABLED' as const,
                  MinInstanceCount: plan.scaling?.min ?? 0,
                  MaxInstanceCount: plan.scaling?.max ?? variant.instanceCount,
                },
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
        // What its components may do is the configuration's, not their models'.
        ...(componentName !== null && {
          ExecutionRoleArn: connection.roleArn,
          EnableNetworkIsolation: true,
          ...(vpc && { VpcConfig: vpc }),
        }),
        Tags: tagsOf(connection, plan),
      }),
    ),
  )
}

function ownModelOf({ modelName, weight, downloadSeconds, startSeconds }: EndpointVariant) {
  return {
    ModelName: modelName,
    InitialVariantWeight: weight,
    ...(downloadSeconds !== null && { ModelDataDownloadTimeoutInSeconds: downloadSeconds }),
    ...(startSeconds !== null && { ContainerStartupHealthCheckTimeoutInSeconds: startSeconds }),
  }
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
