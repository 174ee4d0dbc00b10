/** How a price was reckoned that AWS's list did not tell: the same words for window and command line. */
import { reckonedPrice } from './builtInPrices.ts'
import { formatMoney } from './cost.ts'
import type { EvaluationEstimate } from './evaluationEstimate.ts'
import type { Sentence } from './evaluationSentences.ts'
import { formatMonth } from './formats.ts'
import { libraryInstanceType } from './libraryCheck.ts'

/** Empty for a machine that the table does not have. */
export function reckonedPriceSentences(
  region: string,
  instanceType: string,
  language: string,
): Sentence[] {
  const price = reckonedPrice(region, instanceType)
  if (!price) return []
  const { of, ec2PerHour, currency, markUp, asOf, standIn } = price
  const money = (amount: number) => formatMoney(amount, currency, language)
  return [
    {
      key: `catalog:reckoned.${of}`,
      values: {
        type: standIn ?? instanceType,
        region,
        ec2: money(ec2PerHour),
        markUp: new Intl.NumberFormat(language).format(markUp),
        price: money(price.perHour),
        month: formatMonth(asOf, language),
      },
    },
    ...(standIn === null
      ? []
      : [{ key: 'catalog:reckoned.standIn', values: { type: instanceType, standIn } }]),
  ]
}

/** Of the machines that a report takes, each kind once. */
export function reckoningOfEstimate(
  { machines, reckonedIn, library }: EvaluationEstimate,
  language: string,
): Sentence[] {
  const libraryRegion = library?.reckonedIn ?? null
  const types = new Set(machines.map(({ instanceType }) => instanceType))
  return [
    ...(reckonedIn === null
      ? []
      : [...types].flatMap((type) => reckonedPriceSentences(reckonedIn, type, language))),
    ...(libraryRegion === null
      ? []
      : reckonedPriceSentences(libraryRegion, libraryInstanceType, language)),
  ]
}
