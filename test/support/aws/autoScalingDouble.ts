/** Application Auto Scaling's targets and policies for variants of endpoints, and for inference components. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { knownFailures } from './failures.ts'
import { componentStatusOf } from './hostingStore.ts'
import { ServiceFailure } from './serviceFailure.ts'

type Input = Readonly<Record<string, unknown>>

export const autoScalingDouble: ServiceDouble = {
  RegisterScalableTarget: (context, input) => {
    if (!context.hosting.isScalingAllowed)
      throw knownFailures.accessDenied('application-autoscaling:RegisterScalableTarget')
    const id = String(input['ResourceId'])
    const maySleep = requireScalable(context, id, input['ScalableDimension'])
    const [min, max] = [Number(input['MinCapacity']), Number(input['MaxCapacity'])]
    if (min > max)
      throw new ServiceFailure(
        'ValidationException',
        'Maximum capacity cannot be less than minimum capacity',
      )
    if (min === 0 && !maySleep)
      throw new ServiceFailure(
        'ValidationException',
        `Minimum capacity cannot be zero for the resource ${id}`,
      )
    context.hosting.scalableTargets.set(id, input)
    return { ScalableTargetARN: arnOf(context, 'scalable-target', id) }
  },
  PutScalingPolicy: (context, input) => {
    const id = String(input['ResourceId'])
    requireTarget(context, id)
    const key = `${id}/${String(input['PolicyName'])}`
    context.hosting.scalingPolicies.set(key, input)
    return { PolicyARN: arnOf(context, 'scalingPolicy', key), Alarms: [] }
  },
  DeregisterScalableTarget: (context, input) => {
    const id = String(input['ResourceId'])
    requireTarget(context, id)
    context.hosting.scalableTargets.delete(id)
    for (const key of context.hosting.scalingPolicies.keys())
      if (key.startsWith(`${id}/`)) context.hosting.scalingPolicies.delete(key)
    return {}
  },
}

/** What is in service can be scaled, and nothing else. @returns whether it may go down to none */
function requireScalable({ hosting, now }: DoubleContext, id: string, dimension: unknown): boolean {
  const [, componentName] = /^inference-component\/([^/]+)$/.exec(id) ?? []
  if (componentName !== undefined) {
    const component = hosting.components.get(componentName)
    const isThere = component && componentStatusOf(component, now()) === 'InService'
    if (!isThere || dimension !== 'sagemaker:inference-component:DesiredCopyCount')
      throw new ServiceFailure(
        'ValidationException',
        `Inference component ${componentName} is not in service`,
      )
    return true
  }
  const [, name = '', variant = ''] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(id) ?? []
  const endpoint = hosting.endpoints.get(name)
  const config = hosting.configs.get(endpoint?.configName ?? '')
  const has = config?.ProductionVariants.some(({ VariantName }) => VariantName === variant)
  if (!endpoint || !has || endpoint.deletedAtMs !== null || now() < endpoint.busyUntilMs)
    throw new ServiceFailure(
      'ValidationException',
      `SageMaker endpoint ${name} or its variant ${variant} is not in service`,
    )
  return config?.AsyncInferenceConfig !== undefined
}

function requireTarget({ hosting }: DoubleContext, id: string): Input {
  const target = hosting.scalableTargets.get(id)
  if (target) return target
  throw new ServiceFailure(
    'ObjectNotFoundException',
    `No scalable target found for service namespace: sagemaker, resource ID: ${id}`,
  )
}

function arnOf({ region, account }: DoubleContext, kind: string, id: string): string {
  return `arn:aws:autoscaling:${region}:${account}:${kind}:11111111-2222-4333-8444-555555555555:resource/sagemaker/${id}`
}
