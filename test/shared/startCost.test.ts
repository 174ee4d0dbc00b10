import { expect, test } from 'vitest'
import { reckonedHourly } from '../../shared/builtInPrices.ts'
import type { BaseModel } from '../../shared/model.ts'
import {
  epochsOf,
  firstCostOf,
  machineOf,
  priceOfRun,
  startCost,
  type PlannedRun,
} from '../../shared/startCost.ts'
import {
  priceSourceSentences,
  reckonedStartSentence,
  runPriceSentence,
  startSentence,
} from '../../shared/startCostSentences.ts'
import { priceFamilyOf, tokenPriceOf } from '../../shared/tokenPrices.ts'
import { aCloudBaseModel } from '../support/cloudBaseModel.ts'

const epochs = (name: string, standard: string) => ({
  hyperparameters: [{ name, type: 'int' as const, default: standard, advanced: false }],
})
const mistral = aCloudBaseModel(
  'mistral',
  {},
  { billing: 'instanceHours', instanceTypes: ['ml.g5.2xlarge'] },
)
const falcon = aCloudBaseModel(
  'autopilot:Falcon7BInstruct',
  { way: 'autopilot', parameterCount: 7e9 },
  { billing: 'instanceHours' },
)
const nova = aCloudBaseModel(
  'bedrock:amazon.nova-micro-v1:0:128k',
  { way: 'bedrock', ...epochs('epochCount', '2') },
  {},
)
const llama = aCloudBaseModel(
  'serverless:meta-llama-8b',
  { way: 'serverless', parameterCount: 8e9, ...epochs('max_epochs', '5') },
  {},
)
const prices = {
  currency: 'USD' as const,
  hourly: { 'ml.g5.2xlarge': 1.5, 'ml.g5.12xlarge': 7 },
  perThousandTokens: { novamicro: 0.002 },
  from: 'priceList' as const,
  region: 'us-east-1',
}
const run = (one: BaseModel, change: Partial<PlannedRun> = {}): PlannedRun => ({
  model: one,
  choice: undefined,
  settings: {},
  trainingTokens: 100_000,
  ...change,
})
const said = (of: PlannedRun) => runPriceSentence(priceOfRun(of, prices), 'USD', 'en')

test('a machine is the chosen one, the default, or where AWS chooses one that would do', () => {
  expect(machineOf(mistral, { spot: true })).toEqual({
    type: 'ml.g5.2xlarge',
    isSpot: true,
    isAssumed: false,
  })
  expect(machineOf(falcon, undefined)).toMatchObject({ type: 'ml.g5.12xlarge', isAssumed: true })
  expect(machineOf({ ...falcon, parameterCount: 13e9 }, undefined)?.type).toBe('ml.g5.24xlarge')
  expect(machineOf({ ...falcon, parameterCount: 40e9 }, undefined)?.type).toBe('ml.g5.48xlarge')
  expect(machineOf(nova, undefined)).toBeNull()
})

test('tokens are billed as often as they are read', () => {
  expect(epochsOf({}, nova)).toBe(2)
  expect(epochsOf({ max_epochs: '3' }, llama)).toBe(3)
  expect(priceOfRun(run(nova), prices)).toMatchObject({ tokens: 200_000, amount: 0.4 })
  expect(said(run(nova)).values).toEqual({ price: '$0.002', tokens: '200,000', total: '$0.40' })
})

test.each([
  ['USW2-Llama3-3-70B', 'meta.llama3-3-70b-instruct-v1:0:128k'],
  ['USE1-Nova2.0Lite', 'amazon.nova-2-lite-v1:0:256k'],
  ['USE1-NovaMicro', 'amazon.nova-micro-v1:0:128k'],
])('%s of the price list is %s', (usageType, modelId) => {
  expect(priceFamilyOf(usageType.replace(/^[A-Z0-9]+-/, ''))).toBe(priceFamilyOf(modelId))
})

test('a price is the list’s, else the table’s, else one of that size, and says which', () => {
  expect(tokenPriceOf(nova, prices)).toEqual({ perThousand: 0.002, from: 'priceList', asOf: null })
  const unlisted = { ...prices, perThousandTokens: {} }
  expect(tokenPriceOf(nova, unlisted)).toMatchObject({ perThousand: 0.001, from: 'table' })
  expect(tokenPriceOf(llama, prices)).toMatchObject({ perThousand: 0.00149, from: 'similar' })
  // The list is Bedrock's: what SageMaker trains under the same name has another price.
  expect(tokenPriceOf({ ...nova, id: 'serverless:amazon.nova-micro' }, prices)?.from).toBe(
    'similar',
  )
  expect(tokenPriceOf(llama, { ...prices, currency: 'CNY' })).toBeNull()
  const of = (one: PlannedRun) => priceSourceSentences(priceOfRun(one, prices), 'en')
  expect(of(run(nova))).toEqual([])
  expect(of(run(llama))).toEqual([
    { key: 'catalog:review.similarNote', values: { month: 'March 2024' } },
  ])
  expect(of(run(falcon))).toEqual([
    { key: 'catalog:review.assumedNote', values: { type: 'ml.g5.12xlarge' } },
  ])
})

test('a price that was reckoned without AWS’s list is about right, and says how it was', () => {
  const reckoned = {
    ...prices,
    hourly: reckonedHourly('cn-north-1'),
    currency: 'CNY' as const,
    from: 'table' as const,
    region: 'cn-north-1',
  }
  const price = priceOfRun(run(mistral), reckoned)
  expect(runPriceSentence(price, 'CNY', 'en')).toEqual({
    key: 'catalog:review.aboutHourly',
    values: { price: '¥14.33' },
  })
  const spare = priceOfRun(run(mistral, { choice: { spot: true } }), reckoned)
  expect(runPriceSentence(spare, 'CNY', 'en').key).toBe('catalog:review.upToAboutHourly')
  expect(said(run(mistral, { choice: { spot: true } })).key).toBe('catalog:review.upToHourly')
  expect(startSentence(startCost([run(mistral)], reckoned), 'CNY', 'en')).toEqual({
    key: 'catalog:review.startAbout',
    values: { price: '¥14.33' },
  })
  expect(priceSourceSentences(price, 'en')).toMatchObject([
    { key: 'catalog:reckoned.here', values: { ec2: '¥11.46', markUp: '1.25', price: '¥14.33' } },
  ])
  expect(reckonedStartSentence([run(mistral), run(nova)], reckoned, 'en')).toEqual({
    key: 'catalog:reckoned.start',
    values: { months: 'January 2026' },
  })
  expect(reckonedStartSentence([run(mistral)], prices, 'en')).toBeNull()
  // What AWS chooses is assumed, and its price reckoned.
  expect(
    priceSourceSentences(priceOfRun(run(falcon), reckoned), 'en').map(({ key }) => key),
  ).toEqual(['catalog:review.assumedNote', 'catalog:reckoned.here'])
})

test('the button has a number, whichever way is taken', () => {
  const on = (...runs: PlannedRun[]) => startSentence(startCost(runs, prices), 'USD', 'en')
  expect(on(run(mistral))).toEqual({ key: 'catalog:review.start', values: { price: '$1.50' } })
  expect(on(run(falcon))).toEqual({ key: 'catalog:review.startAbout', values: { price: '$7.00' } })
  // Rounded up: nothing that is billed costs nothing.
  expect(on(run(nova, { trainingTokens: 10 }))).toEqual({
    key: 'catalog:review.startTokens',
    values: { total: '$0.01' },
  })
  expect(on(run(mistral), run(nova))).toEqual({
    key: 'catalog:review.startBoth',
    values: { price: '$1.50', total: '$0.40' },
  })
  expect(on(run(mistral), run(falcon), run(nova), run(llama))).toEqual({
    key: 'catalog:review.startBothAbout',
    values: { price: '$8.50', total: '$1.15' },
  })
  expect(startCost([run(nova, { trainingTokens: null })], prices).isCounting).toBe(true)
  const unpriced = {
    ...mistral,
    cloud: mistral.cloud && { ...mistral.cloud, instanceTypes: ['x'] },
  }
  expect(on(run(unpriced)).key).toBe('catalog:review.startUnknown')
})

test('what has to fit into the budget is what stands on the button', () => {
  expect(firstCostOf(startCost([run(mistral), run(falcon), run(nova)], prices))).toBeCloseTo(8.9)
})
