/** SageMaker's inference components, refused in AWS's words where these are known. */
import type { DoubleContext, ServiceDouble } from './doubleContext.ts'
import { arnOf, find, findEndpoint, settled, whyModelFails } from './endpointDouble.ts'
import { componentStatusOf, statusOf, type DoubleComponent } from './hostingStore.ts'
import { validationFailure } from './serviceFailure.ts'

interface Wanted {
  readonly InferenceComponentName: string
  readonly EndpointName: string
  readonly VariantName: string
  readonly Specification: {
    readonly ModelName: string
    readonly ComputeResourceRequirements: {
      readonly NumberOfAcceleratorDevicesRequired?: number
      readonly MinMemoryRequiredInMb: number
    }
  }
  readonly RuntimeConfig: { readonly CopyCount: number }
}

/** Of the machines that the tests choose; a test's type that is not here has none. */
const accelerators: Readonly<Record<string, number>> = {
  'ml.g5.2xlarge': 1,
  'ml.g5.12xlarge': 4,
  'ml.g5.48xlarge': 8,
}

export const componentDouble: ServiceDouble = settled({
  CreateInferenceComponent: (context, input) => {
    const wanted = input as unknown as Wanted // validated against the model
    const { hosting } = context
    const name = wanted.InferenceComponentName
    const arn = arnOf(context, 'inference-component', name)
    if (hosting.components.has(name))
      throw validationFailure(`Cannot create already existing inference component "${arn}".`)
    const endpoint = findEndpoint(context, input)
    if (statusOf(endpoint, context.now()) !== 'InService')
      throw validationFailure(
        `Cannot create inference component "${arn}" while its endpoint is not in service.`,
      )
    const config = hosting.configs.get(endpoint.configName)
    const variant = config?.ProductionVariants.find(
      ({ VariantName }) => VariantName === wanted.VariantName,
    )
    if (!variant || variant.ModelName !== undefined)
      throw validationFailure(`The variant ${wanted.VariantName} can't hold components.`)
    const { ModelName, ComputeResourceRequirements } = wanted.Specification
    find(context, hosting.models, 'model', ModelName)
    const has = accelerators[variant.InstanceType] ?? 0
    const { NumberOfAcceleratorDevicesRequired = 0, MinMemoryRequiredInMb } =
      ComputeResourceRequirements
    if (NumberOfAcceleratorDevicesRequired > has || MinMemoryRequiredInMb > 4096)
      throw validationFailure(
        'There is not enough hardware resources on the instances for this endpoint to create a copy of the inference component.',
      )
    const nowMs = context.now()
    hosting.components.set(name, {
      input,
      endpointName: endpoint.name,
      modelName: ModelName,
      createdAtMs: nowMs,
      readyMs: nowMs + hosting.startMs,
      failure: whyModelFails(context, ModelName),
      deletedAtMs: null,
      copies: wanted.RuntimeConfig.CopyCount,
      awakeAtMs: null,
    })
    return { InferenceComponentArn: arn }
  },
  DescribeInferenceComponent: (context, input) => {
    const name = String(input['InferenceComponentName'])
    const component = findComponent(context, name)
    return {
      ...summaryOf(context, name, component),
      ...(component.failure === null ? {} : { FailureReason: component.failure }),
      Specification: {
        ModelName: component.modelName,
        ComputeResourceRequirements: (component.input as unknown as Wanted).Specification
          .ComputeResourceRequirements,
      },
      RuntimeConfig: { DesiredCopyCount: component.copies, CurrentCopyCount: component.copies },
    }
  },
  ListInferenceComponents: (context, input) => {
    const contains = String(input['NameContains'] ?? '')
    const endpoint = input['EndpointNameEquals']
    return {
      InferenceComponents: [...context.hosting.components]
        .filter(([name]) => name.includes(contains))
        .filter(([, one]) => endpoint === undefined || one.endpointName === endpoint)
        .map(([name, component]) => summaryOf(context, name, component)),
    }
  },
  DeleteInferenceComponent: (context, input) => {
    const name = String(input['InferenceComponentName'])
    const component = findComponent(context, name)
    if (context.now() < component.readyMs)
      throw validationFailure(
        `Cannot delete inference component "${arnOf(context, 'inference-component', name)}" while it is in state CREATE_IN_PROGRESS.`,
      )
    component.deletedAtMs ??= context.now()
    return {}
  },
})

function findComponent(context: DoubleContext, name: string): DoubleComponent {
  return find(context, context.hosting.components, 'inference component', name)
}

function summaryOf(context: DoubleContext, name: string, component: DoubleComponent) {
  return {
    InferenceComponentName: name,
    InferenceComponentArn: arnOf(context, 'inference-component', name),
    EndpointName: component.endpointName,
    EndpointArn: arnOf(context, 'endpoint', component.endpointName),
    VariantName: (component.input as unknown as Wanted).VariantName,
    CreationTime: new Date(component.createdAtMs),
    LastModifiedTime: new Date(component.createdAtMs),
    InferenceComponentStatus: componentStatusOf(component, context.now()),
  }
}
