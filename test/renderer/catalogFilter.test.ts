import { expect, test } from 'vitest'
import { filterCatalog, noFilter, valuesOf } from '../../renderer/catalog/catalogFilter.ts'
import { costPlan } from '../../renderer/catalog/machines.ts'
import type { BaseModel } from '../../shared/model.ts'
import { aCloudBaseModel } from '../support/cloudBaseModel.ts'

const model = (id: string, change: Partial<BaseModel> = {}, type?: string) =>
  aCloudBaseModel(id, change, { billing: 'instanceHours', instanceTypes: type ? [type] : [] })

const prices = {
  currency: 'USD' as const,
  hourly: { 'ml.small': 1.5, 'ml.large': 20 },
  perThousandTokens: {},
  from: 'priceList' as const,
  region: 'us-east-1',
}
const models = [
  model('Beta 7B', { parameterCount: 7e9, provider: 'Meta' }, 'ml.large'),
  model('alpha 1B', { parameterCount: 1e9 }, 'ml.small'),
  model('Gamma 40B', { parameterCount: 40e9, way: 'autopilot', license: 'Apache-2.0' }),
]
const ids = (change: Partial<typeof noFilter>) =>
  filterCatalog(models, { ...noFilter, ...change }, prices).map(({ id }) => id)

test('finds by all words, by filters together, and sorts what is unknown last', () => {
  expect(ids({})).toEqual(['alpha 1B', 'Beta 7B', 'Gamma 40B'])
  expect(ids({ text: 'meta  7b' })).toEqual(['Beta 7B'])
  expect(ids({ text: 'meta 1b' })).toEqual([])
  expect(ids({ way: 'autopilot' })).toEqual(['Gamma 40B'])
  expect(ids({ size: 'middle' })).toEqual(['Beta 7B'])
  expect(ids({ license: 'MIT', provider: 'Acme' })).toEqual(['alpha 1B'])
  expect(ids({ mostHourly: 2 })).toEqual(['alpha 1B'])
  expect(ids({ order: 'price' })).toEqual(['alpha 1B', 'Beta 7B', 'Gamma 40B'])
  expect(ids({ order: 'size' })).toEqual(['alpha 1B', 'Beta 7B', 'Gamma 40B'])
})

test('offers each value once, in order', () => {
  expect(valuesOf(models, ({ provider }) => provider)).toEqual(['Acme', 'Meta'])
})

test('plans machines of a type together, with what is left afterwards', () => {
  const plan = costPlan([models[0]!, models[1]!], {}, 1e6)
  expect(plan.isReckoned).toBe(false)
  expect(plan.machines).toMatchObject([
    { instanceType: 'ml.large', count: 1, seconds: { low: 3600, high: 3600 } },
    { instanceType: 'ml.small', count: 1 },
  ])
  // Seven and one billion parameters of two bytes, and the data.
  expect(plan.storedBytes).toBe(16e9 + 1e6)
  const small = { spot: false, instanceType: 'ml.small' }
  const together = costPlan([models[0]!, models[1]!], { 'Beta 7B': small }, 0, ({ id }) =>
    id === 'Beta 7B' ? { low: 600, high: 7200 } : { low: 300, high: 900 },
  )
  expect(together).toMatchObject({
    isReckoned: true,
    machines: [{ instanceType: 'ml.small', count: 2, seconds: { low: 900, high: 8100 } }],
  })
  // AWS chooses it and does not say which.
  expect(costPlan([models[2]!], {}, 0).machines).toMatchObject([
    { instanceType: 'ml.g5.48xlarge', isAssumed: true },
  ])
})
