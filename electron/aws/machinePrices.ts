/** What AWS asks for a training machine by the hour, from its price list. */
import { GetProductsCommand } from '@aws-sdk/client-pricing'
import { z } from 'zod'
import { withAwsErrors } from './errors.ts'
import type { Connection } from './workspace.ts'

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
              pricePerUnit: z.record(z.string(), z.string()),
            }),
          ),
        }),
      )
      .default({}),
  }),
})

/** By machine, in the region's currency. @throws AppError AccessDenied, NetworkUnavailable */
export async function listTrainingPrices({
  clients,
  region,
}: Connection): Promise<Record<string, number>> {
  const { pricing } = await clients.cloud()
  const prices: Record<string, number> = {}
  let nextToken: string | undefined
  do {
    const page = await withAwsErrors(() =>
      pricing.send(
        new GetProductsCommand({
          ServiceCode: 'AmazonSageMaker',
          Filters: [
            { Type: 'TERM_MATCH', Field: 'regionCode', Value: region },
            { Type: 'TERM_MATCH', Field: 'productFamily', Value: 'ML Instance' },
            { Type: 'TERM_MATCH', Field: 'platoinstancetype', Value: 'Training' },
          ],
          MaxResults: 100,
          NextToken: nextToken,
        }),
      ),
    )
    for (const text of page.PriceList ?? []) Object.assign(prices, readPrice(String(text)))
    nextToken = page.NextToken
  } while (nextToken)
  return prices
}

/** None when the product has no price by the hour. */
export function readPrice(text: string): Record<string, number> {
  const parsed = productSchema.safeParse(parseJson(text))
  const type = parsed.data?.product.attributes['instanceName']
  if (!parsed.success || type === undefined) return {}
  const dimensions = Object.values(parsed.data.terms.OnDemand).flatMap(({ priceDimensions }) =>
    Object.values(priceDimensions),
  )
  const hourly = dimensions.find(({ unit }) => /^hrs?$|^hour/i.test(unit))
  const price = Number(Object.values(hourly?.pricePerUnit ?? {})[0] ?? Number.NaN)
  return price > 0 ? { [type]: price } : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
