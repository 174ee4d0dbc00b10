/** What an account serves: models, configurations, endpoints, the schedules that end them, and how they answer. */
type Input = Readonly<Record<string, unknown>>

/** How containers answer; `refusesStreams` answers at once or not at all. */
export type AnswerStyle =
  'tgi' | 'tgiAtOnce' | 'lmi' | 'openAiChat' | 'openAiChatAtOnce' | 'refusesStreams'

export interface VariantConfig {
  readonly VariantName: string
  /** Left out where components hold the models. */
  readonly ModelName?: string
  readonly InitialInstanceCount: number
  readonly InstanceType: string
  readonly InitialVariantWeight?: number
  readonly ManagedInstanceScaling?: {
    readonly MinInstanceCount?: number
    readonly MaxInstanceCount?: number
  }
}

export interface EndpointConfig {
  readonly EndpointConfigName: string
  readonly ProductionVariants: readonly VariantConfig[]
  readonly DataCaptureConfig?: Input
  readonly AsyncInferenceConfig?: {
    readonly OutputConfig: { readonly S3OutputPath?: string; readonly S3FailurePath?: string }
  }
  readonly KmsKeyId?: string
  readonly ExecutionRoleArn?: string
  readonly Tags?: readonly unknown[]
}

export interface DoubleEndpoint {
  readonly name: string
  readonly tags: readonly { readonly Key: string; readonly Value: string }[]
  readonly createdAtMs: number
  /** Why it can't start; null: it does. */
  readonly failure: string | null
  configName: string
  busyWith: 'Creating' | 'Updating'
  busyUntilMs: number
  deletedAtMs: number | null
  readonly weights: Map<string, number>
}

export interface DoubleComponent {
  readonly input: Input
  readonly endpointName: string
  readonly modelName: string
  readonly createdAtMs: number
  readonly readyMs: number
  /** Why it can't start; null: it does. */
  readonly failure: string | null
  deletedAtMs: number | null
  /** Each on a machine of its own; a test takes them away as AWS does when nobody asks. */
  copies: number
  /** When a machine is there again that a question has asked for. */
  awakeAtMs: number | null
}

export interface DoubleSchedule {
  readonly input: Input
  readonly atMs: number
  readonly nextMs: number
  /** It asks again and again until then; null: once. */
  readonly endMs: number | null
  readonly deletes: { readonly kind: 'endpoint' | 'component'; readonly name: string }
}

export interface HostingStore {
  readonly models: Map<string, Input>
  readonly configs: Map<string, EndpointConfig>
  readonly endpoints: Map<string, DoubleEndpoint>
  readonly components: Map<string, DoubleComponent>
  readonly schedules: Map<string, DoubleSchedule>
  /** What repeated schedules asked for, was refused, and is asked for again: whatever became of the schedule. */
  readonly retries: Map<string, DoubleSchedule>
  readonly deployments: Map<string, { readonly input: Input; readonly createdAtMs: number }>
  readonly invocations: { readonly endpoint: string; readonly variant: string; atMs: number }[]
  readonly scalableTargets: Map<string, Input>
  readonly scalingPolicies: Map<string, Input>
  readonly alarms: Map<string, Input>
  answerStyle: AnswerStyle
  answer: string
  /** What the container says of every question to an asynchronous endpoint; null: it answers. */
  asyncFailure: string | null
  /** What a model answers to a prompt, where that matters; null: all of them `answer`. */
  answerOf: ((prompt: string, model: Input) => string) | null
  /** Whether EventBridge Scheduler may take the role it is given. */
  isSchedulerTrusted: boolean
  /** Actions that the scheduler's role lacks; AWS takes its schedules all the same. */
  readonly deniedToScheduler: Set<string>
  isScalingAllowed: boolean
  /** Both were reported of AWS: that an endpoint goes without its components, and that it can't go before them. */
  leavesComponents: boolean
  startMs: number
}

export const deletingMs = 90_000
export const componentDeletingMs = 4 * 60_000
const minuteMs = 60_000

export function createHostingStore(): HostingStore {
  return {
    models: new Map(),
    configs: new Map(),
    endpoints: new Map(),
    components: new Map(),
    schedules: new Map(),
    retries: new Map(),
    deployments: new Map(),
    invocations: [],
    scalableTargets: new Map(),
    scalingPolicies: new Map(),
    alarms: new Map(),
    answerStyle: 'tgi',
    answer: 'On shelf 7, to the left. 很高兴为您服务。',
    asyncFailure: null,
    answerOf: null,
    isSchedulerTrusted: true,
    deniedToScheduler: new Set(),
    isScalingAllowed: true,
    leavesComponents: false,
    startMs: 8 * minuteMs,
  }
}

export function statusOf(endpoint: DoubleEndpoint, nowMs: number): string {
  if (endpoint.deletedAtMs !== null) return 'Deleting'
  if (nowMs < endpoint.busyUntilMs) return endpoint.busyWith
  return endpoint.failure === null ? 'InService' : 'Failed'
}

export function componentStatusOf(component: DoubleComponent, nowMs: number): string {
  if (component.deletedAtMs !== null) return 'Deleting'
  if (nowMs < component.readyMs) return 'Creating'
  return component.failure === null ? 'InService' : 'Failed'
}

export function componentsOf(
  { components }: HostingStore,
  endpointName: string,
): readonly (readonly [string, DoubleComponent])[] {
  return [...components].filter(([, component]) => component.endpointName === endpointName)
}
