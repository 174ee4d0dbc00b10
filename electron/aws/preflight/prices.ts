/** The price of a machine by the hour, from AWS's price list. */
import { GetProductsCommand } from '@aws-sdk/client-pricing'
import { z } from 'zod'
import type { Currency } from '../../../shared/cost.ts'
import { withAwsErrors } from '../errors.ts'
import type { OpenAccount } from '../workspace.ts'

const productSchema = z.looseObject({
  terms: z.looseObject({
    OnDemand: z
      .record(
        z.string(),
        z.looseObject({
          priceDimensions: z.record(
            z.string(),
            z.looseObject({ unit: z.string(), pricePerUnit: z.record(z.string(), z.string()) }),
          ),
        }),
      )
      .default({}),
  }),
})

/** Null where the region does not offer it. @throws AppError PermissionMissing, NetworkUnavailable */
export async function findPrice(
  { clients, region }: Pick<OpenAccount, 'clients' | 'region'>,
  instanceType: string,
  use: 'Training' | 'Hosting' | 'Processing',
  currency: Currency,
): Promise<number | null> {
  const { pricing } = await clients.cloud()
  const filter = (Field: string, Value: string) => ({ Type: 'TERM_MATCH' as const, Field, Value })
  const answer = await withAwsErrors(() =>
    pricing.send(
      new GetProductsCommand({
        ServiceCode: 'AmazonSageMaker',
        Filters: [
          filter('regionCode', region),
          filter('productFamily', 'ML Instance'),
          filter('instanceName', instanceType),
          filter('platoinstancetype', use),
        ],
        MaxResults: 100,
      }),
    ),
  )
  const prices = (answer.PriceList ?? []).flatMap((text: unknown) =>
    pricesOf(String(text), currency),
  )
  return prices.length === 0 ? null : Math.min(...prices)
}

/** Of a product of the list, by the hour; none when it has no such price. */
function pricesOf(text: string, currency: Currency): number[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return []
  }
  const product = productSchema.safeParse(json)
  if (!product.success) return []
  return Object.values(product.data.terms.OnDemand)
    .flatMap(({ priceDimensions }) => Object.values(priceDimensions))
    .filter(({ unit }) => /^h(ou)?rs?$/i.test(unit))
    .map(({ pricePerUnit }) => Number(pricePerUnit[currency]))
    .filter((price) => price > 0)
}
