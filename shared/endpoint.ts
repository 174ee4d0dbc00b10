/** Models that answer behind an endpoint: for a test, or for an application. */
import { z } from 'zod'
import { asReckoned, currencySchema, formatSums } from './cost.ts'
import { appErrorDataSchema } from './errors.ts'
import { vpcSchema } from './workspace.ts'

/** Without use a test endpoint ends after two hours, unless it is said otherwise. */
export const defaultIdleMinutes = 120
/** A shorter time could end before an endpoint at AWS has started. */
export const leastIdleMinutes = 30
export const mostIdleMinutes = 24 * 60
export const idleMinutesSchema = z.number().int().min(leastIdleMinutes).max(mostIdleMinutes)

/**
 * The schedules of an endpoint with an inference component ask again so often and for so long: the component takes minutes
 * to go, and its endpoint can't be deleted before.
 */
export const repeatedDelete = { everyMs: 5 * 60_000, forMs: 7 * 24 * 60 * 60_000 } as const

/** What a look at it found, in SageMaker's words; or what this computer knows of it beside that. */
export const endpointStatusSchema = z.enum([
  /** Written down, and not yet asked for. */
  'Planned',
  /** No schedule can end it: someone has to say that it may be made nevertheless. */
  'Unguarded',
  'Creating',
  'InService',
  'Updating',
  'SystemUpdating',
  'RollingBack',
  'UpdateRollbackFailed',
  'OutOfService',
  'Deleting',
  'Failed',
  'Gone',
])
export type EndpointStatus = z.infer<typeof endpointStatusSchema>

/** One model behind an endpoint, with its share of the requests. */
export const endpointVariantSchema = z.object({
  name: z.string(),
  modelName: z.string(),
  /** Null: a base model, or one that is not Timbre's. */
  candidateId: z.string().nullable(),
  /** For people: which candidate or base model it is. */
  title: z.string(),
  modelUri: z.string(),
  image: z.string(),
  instanceType: z.string(),
  instanceCount: z.number().int().min(1),
  weight: z.number().min(0),
  /** What the container is told. */
  environment: z.record(z.string(), z.string()).default({}),
  /** How long loading and starting may take; null: as long as AWS gives by itself. */
  downloadSeconds: z.number().int().min(60).max(3600).nullable().default(null),
  startSeconds: z.number().int().min(60).max(3600).nullable().default(null),
  machineImage: z.string().nullable().default(null),
})
export type EndpointVariant = z.infer<typeof endpointVariantSchema>

export const dataCaptureSchema = z.object({
  percentage: z.number().int().min(1).max(100),
  destinationUri: z.string().regex(/^s3:\/\/[^/]+\/.*$/),
})

/** A configuration of an endpoint; an update makes another, and the one before stays to go back to. */
export const endpointRevisionSchema = z.object({
  configName: z.string(),
  createdAtMs: z.number(),
  variants: z.array(endpointVariantSchema).min(1).max(2),
  dataCapture: dataCaptureSchema.nullable().default(null),
  /** Answers are put into S3; requests may take up to an hour. Null: answers at once. */
  asyncOutputUri: z.string().nullable().default(null),
  /** The inference component that holds its model: it answers at once and may go down to no machine. Null: there is none. */
  componentName: z.string().nullable().default(null),
})
export type EndpointRevision = z.infer<typeof endpointRevisionSchema>

/** Between how many machines, by variant, and how much of the load one of them takes. */
export const endpointScalingSchema = z
  .object({
    /** 0: without questions there is no machine; it takes minutes until one is there again. */
    min: z.number().int().min(0).max(20),
    max: z.number().int().min(1).max(20),
    /**
     * Questions a minute to a machine; of one that may go down to none, questions at once; of one that answers later,
     * questions that wait for a machine.
     */
    target: z.number().positive().max(100_000),
  })
  .refine(({ min, max }) => min <= max)
export type EndpointScaling = z.infer<typeof endpointScalingSchema>

export const priceSchema = z.object({
  perHour: z.number().nonnegative(),
  currency: currencySchema,
  /** The region for which it was reckoned without AWS's list (shared/builtInPrices.ts); null: AWS's list told it. */
  reckonedIn: z.string().nullable().default(null),
})
export type Price = z.infer<typeof priceSchema>

/** Of so many machines by the hour, in words. */
export function formatPrice(price: Price, count: number, language: string): string {
  return formatPrices([{ ...price, perHour: price.perHour * count }], language)
}

/** All together by the hour, in words; '' for none. */
export function formatPrices(prices: readonly Price[], language: string): string {
  const amounts = prices.map(({ perHour, currency }) => ({ amount: perHour, currency }))
  // Nothing is nothing, whatever an hour would cost.
  const isReckoned = prices.some(({ reckonedIn, perHour }) => reckonedIn !== null && perHour > 0)
  return prices.length === 0 ? '' : asReckoned(formatSums(amounts, language), isReckoned)
}

/** Machines that ran from a time on, as a look saw them. */
const machinesSinceSchema = z.object({ sinceMs: z.number(), count: z.number().int().min(0) })

export const endpointSchema = z.object({
  name: z.string(),
  workspaceId: z.string(),
  region: z.string(),
  arn: z.string(),
  purpose: z.enum(['test', 'production']),
  /** For people. */
  title: z.string(),
  status: endpointStatusSchema,
  /** Why it is as it is: the reason of a failure, or what AWS says of an update. */
  reason: z.string().nullable(),
  failure: appErrorDataSchema.nullable(),
  isRemoving: z.boolean(),
  /** Null: it runs until it is deleted. */
  idleMinutes: z.number().nullable(),
  /** When it ends if it is not used; AWS's time. Null while nothing is set. */
  deadlineMs: z.number().nullable(),
  /** Ends by itself also while Timbre is closed. */
  isGuarded: z.boolean(),
  createdAtMs: z.number(),
  /** When it first answered. */
  inServiceAtMs: z.number().nullable(),
  usedAtMs: z.number().nullable(),
  goneAtMs: z.number().nullable(),
  /** Null: it keeps its number of instances. */
  scaling: endpointScalingSchema.nullable().default(null),
  /** Whether AWS was told so; done once it is in service, and again after each update. */
  isScaled: z.boolean().default(false),
  scalingFailure: appErrorDataSchema.nullable().default(null),
  /** Of all its instances together, of one that scales at most; null: not known. */
  price: priceSchema.nullable(),
  /** Of one that may go down to no machine: how many there were, oldest first. Of others empty. */
  machines: z.array(machinesSinceSchema).default([]),
  /** Oldest first; the last is the one that answers. */
  revisions: z.array(endpointRevisionSchema).min(1),
})
export type Endpoint = z.infer<typeof endpointSchema>

/** An endpoint in the account that carries Timbre's name and is not known here, or a component whose endpoint is gone. */
export const orphanSchema = z.object({
  workspaceId: z.string(),
  kind: z.enum(['endpoint', 'component']),
  name: z.string(),
  arn: z.string(),
  status: z.string(),
  createdAtMs: z.number(),
})
export type Orphan = z.infer<typeof orphanSchema>

export const endpointsStateSchema = z.object({
  endpoints: z.array(endpointSchema),
  orphans: z.array(orphanSchema),
  /** When the account was last compared with what is known here; null: not since the start. */
  reconciledAtMs: z.number().nullable(),
})
export type EndpointsState = z.infer<typeof endpointsStateSchema>

/** Costs money while it is there, from the request for it to its end. */
export function isBillable({ status, workspaceId }: Endpoint): boolean {
  return workspaceId !== 'local' && !['Planned', 'Unguarded', 'Failed', 'Gone'].includes(status)
}

/** Whether asking this candidate starts nothing new, for its test endpoint runs. */
export function hasTestEndpoint(endpoints: readonly Endpoint[], candidateId: string): boolean {
  return endpoints.some(
    (endpoint) =>
      endpoint.purpose === 'test' &&
      isBillable(endpoint) &&
      currentRevision(endpoint).variants.some((variant) => variant.candidateId === candidateId),
  )
}

/** An endpoint that asking would start. */
export const startedEndpointSchema = z.object({
  instanceType: z.string(),
  /** Of its one machine; null: not known. */
  price: priceSchema.nullable(),
})
export type StartedEndpoint = z.infer<typeof startedEndpointSchema>

/** Null where the price is not known. */
export function costSoFar(endpoint: Endpoint, nowMs: number): number | null {
  return costSince(endpoint, 0, nowMs)
}

/** The same from a time on: of this month. */
export function costSince(endpoint: Endpoint, sinceMs: number, nowMs: number): number | null {
  const { price, inServiceAtMs, goneAtMs, machines } = endpoint
  if (price === null) return null
  const endMs = goneAtMs ?? nowMs
  const hours = (fromMs: number, toMs: number) =>
    Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, sinceMs)) / 3_600_000
  const [first] = machines
  if (!first) return inServiceAtMs === null ? 0 : hours(inServiceAtMs, endMs) * price.perHour
  const perMachine = price.perHour / mostInstancesOf(endpoint)
  // Before its machines were counted, as by an earlier version, it cost what it costs at most.
  const before = inServiceAtMs === null ? 0 : hours(inServiceAtMs, first.sinceMs) * price.perHour
  return machines.reduce(
    (sum, { sinceMs: fromMs, count }, index) =>
      sum + hours(fromMs, machines[index + 1]?.sinceMs ?? endMs) * count * perMachine,
    before,
  )
}

/** An hour of each that is going to cost and has not begun to: it is asked for, and not in service yet. */
export function startingHours(endpoints: readonly Endpoint[]): number {
  return endpoints
    .filter(
      ({ status, inServiceAtMs, isRemoving }) =>
        inServiceAtMs === null && !isRemoving && !['Failed', 'Gone'].includes(status),
    )
    .reduce((sum, { price }) => sum + (price?.perHour ?? 0), 0)
}

/** What it costs as it runs now; of one that scales between machines at most. Null where the price is not known. */
export function priceNow(endpoint: Endpoint): Price | null {
  const { price, machines } = endpoint
  const running = machines.at(-1)
  if (price === null || !running) return price
  return { ...price, perHour: (price.perHour / mostInstancesOf(endpoint)) * running.count }
}

/** Whether nobody is asked and nothing is paid until a question wakes it. */
export function isAsleep({ machines, status }: Pick<Endpoint, 'machines' | 'status'>): boolean {
  return status === 'InService' && machines.at(-1)?.count === 0
}

/** Without questions it may have no machine. */
export function maySleep({ scaling }: Pick<Endpoint, 'scaling'>): boolean {
  return scaling?.min === 0
}

export function currentRevision({
  revisions,
}: {
  readonly revisions: readonly EndpointRevision[]
}): EndpointRevision {
  const last = revisions.at(-1)
  if (!last) throw new Error('An endpoint has at least one revision.')
  return last
}

/** Beside its endpoint's, in the same account. */
export function componentArn(endpoint: Pick<Endpoint, 'arn' | 'name'>, component: string): string {
  return `${arnStem(endpoint)}inference-component/${component.toLowerCase()}`
}

/** Of the entry that names weights and image. */
export function modelArn(endpoint: Pick<Endpoint, 'arn' | 'name'>, modelName: string): string {
  return `${arnStem(endpoint)}model/${modelName.toLowerCase()}`
}

function arnStem({ arn, name }: Pick<Endpoint, 'arn' | 'name'>): string {
  return arn.slice(0, -`endpoint/${name}`.length)
}

export function instancesOf(variants: readonly Pick<EndpointVariant, 'instanceCount'>[]): number {
  return variants.reduce((sum, { instanceCount }) => sum + instanceCount, 0)
}

/** Those that are paid for when it is asked most. */
export function mostInstancesOf({ scaling, revisions }: Pick<Endpoint, 'scaling' | 'revisions'>) {
  const { variants } = currentRevision({ revisions })
  return scaling === null ? instancesOf(variants) : scaling.max * variants.length
}

export const deploymentNameSchema = z
  .string()
  .trim()
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,40}$/)

/** What the deploy dialog begins with. */
export const deployDefaultsSchema = z.object({
  workspaceId: z.string(),
  modelName: z.string(),
  instanceType: z.string(),
  /** The suggested one first. */
  instanceTypes: z.array(z.string()),
  /** GPU memory; null: on this computer, or of a model whose size is not known. */
  neededGigabytes: z.number().nullable(),
  /** The workspace's. */
  kmsKeyArn: z.string().nullable(),
  vpc: vpcSchema.nullable(),
})
export type DeployDefaults = z.infer<typeof deployDefaultsSchema>

export const instanceTypeSchema = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9-]+$/)

/** What the deploy dialog asks for. */
export const deployRequestSchema = z.object({
  candidateId: z.string(),
  name: deploymentNameSchema,
  instanceType: instanceTypeSchema,
  instanceCount: z.number().int().min(1).max(20),
  /** Null: it runs until it is deleted. */
  idleMinutes: idleMinutesSchema.nullable(),
  dataCapture: dataCaptureSchema.nullable().default(null),
  isAsync: z.boolean().default(false),
  scaling: endpointScalingSchema.nullable().default(null),
  mayGoUnguarded: z.boolean().default(false),
})
export type DeployRequest = z.infer<typeof deployRequestSchema>

/** Another candidate behind an endpoint: in place of the old one, or beside it with a share of the requests. */
export const updateEndpointSchema = z.object({
  name: z.string(),
  candidateId: z.string(),
  /** Of the new one; 1 replaces the old. */
  share: z.number().min(0.01).max(1),
})

export const metricSeriesSchema = z.object({
  metric: z.enum(['invocations', 'errors', 'latencyP50', 'latencyP90']),
  /** Null: of the whole endpoint. */
  variant: z.string().nullable(),
  points: z.array(z.object({ atMs: z.number(), value: z.number() })),
})
export type MetricSeries = z.infer<typeof metricSeriesSchema>
