/** What is written down before anything is asked for: names of its own for each life, and what stands behind them. */
import { randomBytes } from 'node:crypto'
import type { Endpoint, EndpointScaling, EndpointVariant, Price } from '../../shared/endpoint.ts'
import type { Connection } from '../aws/workspace.ts'

type OwnOfVariant = 'modelName' | 'name' | 'weight'
type ServingOfVariant = 'environment' | 'downloadSeconds' | 'startSeconds' | 'machineImage'

export interface WishedVariant
  extends
    Omit<EndpointVariant, OwnOfVariant | ServingOfVariant>,
    Partial<Pick<EndpointVariant, ServingOfVariant>> {
  readonly name?: string
}

export interface EndpointWish {
  readonly workspaceId: string
  readonly purpose: 'test' | 'production'
  readonly title: string
  /** The model behind it: a second wish for the same finds the endpoint of the first. */
  readonly modelKey: string
  readonly variants: readonly [WishedVariant]
  /** Of a production endpoint; test endpoints are named by themselves. */
  readonly name?: string
  /** Left out: as the settings say. Null: it runs until it is deleted. */
  readonly idleMinutes?: number | null
  readonly mayGoUnguarded?: boolean
  readonly dataCapture?: { readonly percentage: number; readonly destinationUri: string } | null
  readonly asyncOutputUri?: string | null
  readonly scaling?: EndpointScaling | null
}

/** A request of an earlier life that arrives late must not touch this one: hence the ending. */
export function freshName(stem: string): string {
  return `${stem}-${randomBytes(4).toString('hex')}`
}

export function newEndpoint(
  wish: EndpointWish,
  facts: {
    readonly connection: Connection
    readonly price: Price | null
    readonly idleMinutes: number | null
    readonly nowMs: number
  },
): Endpoint {
  const { connection, price, idleMinutes, nowMs } = facts
  const name = wish.name ?? freshName(`timbre-${wish.purpose}`)
  const [variant] = wish.variants
  const scaling = wish.scaling ?? null
  const isAtOnce = (wish.asyncOutputUri ?? null) === null
  return {
    name,
    workspaceId: wish.workspaceId,
    region: connection.region,
    arn: `arn:${connection.partition}:sagemaker:${connection.region}:${connection.account}:endpoint/${name.toLowerCase()}`,
    purpose: wish.purpose,
    title: wish.title,
    status: 'Planned',
    reason: null,
    failure: null,
    isRemoving: false,
    idleMinutes,
    deadlineMs: null,
    isGuarded: false,
    createdAtMs: nowMs,
    inServiceAtMs: null,
    usedAtMs: null,
    goneAtMs: null,
    scaling,
    isScaled: false,
    scalingFailure: null,
    machines: [],
    price: price && {
      ...price,
      perHour: price.perHour * (scaling?.max ?? variant.instanceCount),
    },
    revisions: [
      {
        configName: name,
        createdAtMs: nowMs,
        variants: [
          {
            environment: {},
            downloadSeconds: null,
            startSeconds: null,
            machineImage: null,
            ...variant,
            name: variant.name ?? 'AllTraffic',
            modelName: name,
            weight: 1,
          },
        ],
        dataCapture: wish.dataCapture ?? null,
        asyncOutputUri: wish.asyncOutputUri ?? null,
        // Its schedule's name has a prefix too, and 64 characters.
        componentName: scaling?.min === 0 && isAtOnce ? freshName(name.slice(0, 50)) : null,
      },
    ],
  }
}
