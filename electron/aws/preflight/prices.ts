/** What AWS asks for machines by the hour, for tokens and for storage by the month, from its price list. */
import { GetProductsCommand, type Filter } from '@aws-sdk/client-pricing'
import { z } from 'zod'
import type { Currency } from '../../../shared/cost.ts'
import { priceFamilyOf } from '../../../shared/tokenPrices.ts'
import { pagesOf } from '../pages.ts'
import type { OpenAccount } from '../workspace.ts'

const productSchema = z.looseObject({
  product: z.looseObject({ attributes: z.record(z.string(), z.string()) }),
  terms: z.looseObject({
    OnDemand: z
      .record(
        z.string(),
        z.looseObject({
          priceDimensions: z.record(
            z.string(),
            z.looseObject({
              unit: z.string(),
              beginRange: z.string().default('0'),
              pricePerUnit: z.record(z.string(), z.string()),
            }),
          ),
        }),
      )
      .default({}),
  }),
})

export type MachineUse = 'Training' | 'Hosting' | 'Processing'

type Account = Pick<OpenAccount, 'clients' | 'region'>

/** By machine; without those that the region does not offer. @throws AppError PermissionMissing, NetworkUnavailable */
export async function listPrices(
  account: Account,
  use: MachineUse,
  currency: Currency,
): Promise<Record<string, number>> {
  const prices: Record<string, number> = {}
  const filters = { productFamily: 'ML Instance', platoinstancetype: use }
  for await (const text of products(account, 'AmazonSageMaker', filters)) {
    const found = readPrice(text, /^h(ou)?rs?$/i, currency)
    const type = found?.attributes['instanceName']
    if (!found || type === undefined) continue
    // The list may have several products of a machine.
    prices[type] = Math.min(found.price, prices[type] ?? Number.POSITIVE_INFINITY)
  }
  return prices
}

/**
 * A thousand tokens of Bedrock's training, by the model's family. Usage types read `USE1-NovaMicro-Customization-Training`.
 *
 * @throws AppError PermissionMissing, NetworkUnavailable
 */
export async function listTokenPrices(
  account: Account,
  currency: Currency,
): Promise<Record<string, number>> {
  const prices: Record<string, number> = {}
  const filter: Filter = { Type: 'CONTAINS', Field: 'usagetype', Value: 'Customization-Training' }
  for await (const text of products(account, 'AmazonBedrock', {}, filter)) {
    const found = readPrice(text, /token/i, currency)
    const [, name] = /^[A-Z0-9]+-(.+)-Customization-Training$/.exec(
      found?.attributes['usagetype'] ?? '',
    ) ?? [undefined, undefined]
    if (found && name !== undefined)
      prices[priceFamilyOf(name)] = found.price * thousands(found.unit)
  }
  return prices
}

/** How many of the unit a thousand tokens are: `1K tokens`, `1M tokens`, or single ones. */
function thousands(unit: string): number {
  if (/1\s*m|million/i.test(unit)) return 0.001
  return /1\s*k|1,?000|thousand/i.test(unit) ? 1 : 1000
}

/**
 * A gigabyte for a month in S3's standard class, as long as it is not very much.
 *
 * @returns null where the list has none @throws AppError PermissionMissing, NetworkUnavailable
 */
export async function findBucketPrice(
  account: Account,
  currency: Currency,
): Promise<number | null> {
  const filters = { productFamily: 'Storage', volumeType: 'Standard' }
  for await (const text of products(account, 'AmazonS3', filters)) {
    const found = readPrice(text, /^gb-mo/i, currency)
    if (found) return found.price
  }
  return null
}

async function* products(
  { clients, region }: Account,
  ServiceCode: string,
  filters: Readonly<Record<string, string>>,
  ...more: readonly Filter[]
): AsyncGenerator<string> {
  const { pricing } = await clients.cloud()
  const Filters = Object.entries({ regionCode: region, ...filters })
    .map(([Field, Value]): Filter => ({ Type: 'TERM_MATCH', Field, Value }))
    .concat(more)
  const pages = pagesOf((NextToken) =>
    pricing.send(new GetProductsCommand({ ServiceCode, Filters, MaxResults: 100, NextToken })),
  )
  for await (const page of pages) for (const text of page.PriceList ?? []) yield String(text)
}

/** The first tier of a product of the list; null when it has no such price. */
export function readPrice(
  text: string,
  unit: RegExp,
  currency: Currency,
): { price: number; unit: string; attributes: Readonly<Record<string, string>> } | null {
  const parsed = productSchema.safeParse(parseJson(text))
  if (!parsed.success) return null
  const dimension = Object.values(parsed.data.terms.OnDemand)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .filter((one) => unit.test(one.unit) && Number(one.pricePerUnit[currency]) > 0)
    .toSorted((a, b) => Number(a.beginRange) - Number(b.beginRange))[0]
  if (!dimension) return null
  const { attributes } = parsed.data.product
  const { unit: ofPrice, pricePerUnit } = dimension
  return { price: Number(pricePerUnit[currency]), unit: ofPrice, attributes }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
