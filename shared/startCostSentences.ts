/** What a start at AWS costs, in words: the same for window and command line. */
import { reckonedPrice } from './builtInPrices.ts'
import { formatMoney, type Currency } from './cost.ts'
import type { Sentence } from './evaluationSentences.ts'
import { formatMonth } from './formats.ts'
import { reckonedPriceSentences } from './reckonedPriceSentences.ts'
import {
  priceOfRun,
  type PlannedRun,
  type RunPrice,
  type StartCost,
  type StartPrices,
} from './startCost.ts'

/** Spare machines are billed for less. */
const spotForms = { hourly: 'upToHourly', aboutHourly: 'upToAboutHourly' } as const

/** Of one base model, with the arithmetic. */
export function runPriceSentence(price: RunPrice, currency: Currency, language: string): Sentence {
  if (price.kind === 'hours') {
    const { machine, perHour, reckonedIn } = price
    if (perHour === null) return { key: 'catalog:billing.instanceHours', values: {} }
    const isAbout = machine.isAssumed || reckonedIn !== null
    const form = isAbout ? 'aboutHourly' : 'hourly'
    return {
      key: `catalog:review.${machine.isSpot ? spotForms[form] : form}`,
      values: { price: formatMoney(perHour, currency, language) },
    }
  }
  if (price.price === null) return { key: 'catalog:billing.tokens', values: {} }
  const perThousand = formatUnitPrice(price.price.perThousand, currency, language)
  if (price.tokens === null || price.amount === null)
    return { key: 'catalog:review.perThousand', values: { price: perThousand } }
  return {
    key: 'catalog:review.forTokens',
    values: {
      price: perThousand,
      tokens: new Intl.NumberFormat(language).format(price.tokens),
      total: formatTotal(price.amount, currency, language),
    },
  }
}

/** Where a price comes from, if not from AWS's list. */
export function priceSourceSentences(price: RunPrice, language: string): Sentence[] {
  if (price.kind === 'hours') {
    const { type, isAssumed } = price.machine
    return [
      ...(isAssumed ? [{ key: 'catalog:review.assumedNote', values: { type } }] : []),
      ...(price.reckonedIn === null
        ? []
        : reckonedPriceSentences(price.reckonedIn, type, language)),
    ]
  }
  const { from, asOf } = price.price ?? { from: 'priceList', asOf: null }
  return from === 'priceList' || asOf === null
    ? []
    : [{ key: `catalog:review.${from}Note`, values: { month: formatMonth(asOf, language) } }]
}

/** On the button; where no price at all is known, it says that. */
export function startSentence(cost: StartCost, currency: Currency, language: string): Sentence {
  const { hourly, isHourlyAbout, forTokens } = cost
  const price = hourly === null ? '' : formatMoney(hourly, currency, language)
  const total = forTokens === null ? '' : formatTotal(forTokens, currency, language)
  const about = isHourlyAbout ? 'About' : ''
  if (hourly !== null)
    return forTokens === null
      ? { key: `catalog:review.start${about}`, values: { price } }
      : { key: `catalog:review.startBoth${about}`, values: { price, total } }
  return forTokens === null
    ? { key: 'catalog:review.startUnknown', values: {} }
    : { key: 'catalog:review.startTokens', values: { total } }
}

/** Beside the button: from when a number is that was reckoned without AWS's list; null: none was. */
export function reckonedStartSentence(
  runs: readonly PlannedRun[],
  prices: StartPrices,
  language: string,
): Sentence | null {
  const months = runs.flatMap((run) => {
    const price = priceOfRun(run, prices)
    if (price.kind !== 'hours' || price.reckonedIn === null) return []
    return reckonedPrice(price.reckonedIn, price.machine.type)?.asOf ?? []
  })
  if (months.length === 0) return null
  const said = [...new Set(months)].toSorted().map((month) => formatMonth(month, language))
  return {
    key: 'catalog:reckoned.start',
    values: { months: new Intl.ListFormat(language).format(said) },
  }
}

/** To the cent, and never nothing. */
function formatTotal(amount: number, currency: Currency, language: string): string {
  return formatMoney(Math.ceil(amount * 100) / 100, currency, language)
}

function formatUnitPrice(amount: number, currency: Currency, language: string): string {
  return new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    maximumSignificantDigits: 3,
  }).format(amount)
}
