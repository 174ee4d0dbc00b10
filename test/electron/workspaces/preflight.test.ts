import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OpenAccount } from '../../../electron/aws/workspace.ts'
import { inMemory, openDatabase, type WritableDb } from '../../../electron/db/database.ts'
import { getVersion } from '../../../electron/db/models.ts'
import { updateCandidate } from '../../../electron/db/candidates.ts'
import { findRunCost, saveRunCost } from '../../../electron/db/runCosts.ts'
import { paidJobs } from '../../../electron/training/paidJobs.ts'
import { createPrices } from '../../../electron/workspaces/prices.ts'
import { createPreflight, type EndpointCosts } from '../../../electron/workspaces/preflight.ts'
import { reckonedPrice } from '../../../shared/builtInPrices.ts'
import { baseModelSchema, type BaseModel } from '../../../shared/model.ts'
import type { PlannedRun } from '../../../shared/startCost.ts'
import type { AwsWorkspace } from '../../../shared/workspace.ts'
import { aDraft } from '../../support/aws/workspaceDraft.ts'
import { aCandidate, insertTestVersion } from '../../support/database.ts'

const type = 'ml.g5.12xlarge'
const nowMs = Date.UTC(2026, 10, 15)
let db: WritableDb
let prices: Record<string, unknown>[]
let canAskPrices: boolean
let quotas: Record<string, number>
let budget: number | null
let endpoints: EndpointCosts
const asked: object[] = []

beforeEach(() => {
  db = openDatabase(inMemory)
  prices = [price('USD', '7.09')]
  canAskPrices = true
  quotas = { [`${type} for training job usage`]: 2 }
  budget = null
  endpoints = { spent: 0, committed: 0, starting: 0 }
  asked.length = 0
})
afterEach(() => db.close())

const product = (attributes: object, unit: string, currency: string, amount: string) => ({
  product: { attributes },
  terms: {
    OnDemand: {
      term: { priceDimensions: { rate: { unit, pricePerUnit: { [currency]: amount } } } },
    },
  },
})
const price = (currency: string, amount: string) =>
  product({ instanceName: type }, 'Hrs', currency, amount)

function open(region = 'us-east-1') {
  const workspace: AwsWorkspace = {
    ...aDraft({ region, monthlyBudget: budget }),
    id: 'cloud',
    kind: 'aws',
    createdAtMs: 0,
  }
  const clients = {
    cloud: async () => ({
      pricing: {
        async send() {
          if (!canAskPrices) throw Object.assign(new Error('no'), { name: 'AccessDeniedException' })
          return { PriceList: prices.map((product) => JSON.stringify(product)) }
        },
      },
      serviceQuotas: {
        async send({
          constructor: { name },
          input,
        }: {
          constructor: { name: string }
          input: object
        }) {
          asked.push(input)
          if (name === 'RequestServiceQuotaIncreaseCommand')
            return { RequestedQuota: { Status: 'PENDING' } }
          const listed =
            name === 'ListServiceQuotasCommand'
              ? quotas
              : { 'ml.p5.48xlarge for training job usage': 0 }
          return {
            Quotas: Object.entries(listed).map(([QuotaName, Value]) => ({
              QuotaName,
              QuotaCode: 'L-1',
              Value,
              Adjustable: true,
            })),
          }
        },
      },
    }),
  }
  const opened = { workspaceId: 'cloud', region, clients } as unknown as OpenAccount // as far as it is asked
  return createPreflight({
    db,
    open: async () => opened,
    workspace: () => workspace,
    prices: createPrices({ open: async () => opened, now: () => nowMs }),
    endpointCosts: () => endpoints,
    now: () => nowMs,
  })
}

const baseModel = (id: string, way: BaseModel['way'], cloud: object): BaseModel =>
  baseModelSchema.parse({
    id,
    way,
    version: '1',
    displayName: id,
    provider: '',
    license: '',
    description: '',
    languages: [],
    parameterCount: 7e9,
    contextTokens: null,
    card: '',
    hyperparameters: [],
    cloud: {
      task: '',
      eula: null,
      rows: { min: 1, max: null },
      tokens: null,
      instanceTypes: [],
      canUseSpot: false,
      billing: 'instanceHours',
      serving: 'endpoint',
      ...cloud,
    },
  })
const planned = (model: BaseModel, trainingTokens = 0): PlannedRun => ({
  model,
  choice: undefined,
  settings: {},
  trainingTokens,
})
const rented = planned(baseModel('jumpstart', 'jumpStart', { instanceTypes: [type] }))
const nova = baseModel('bedrock:amazon.nova-micro-v1:0', 'bedrock', { billing: 'tokens' })

test('price, quota and region of each machine', async () => {
  const { machines, currency } = await open().check('cloud', {
    instanceTypes: [type, 'ml.p5.48xlarge'],
  })
  expect(currency).toBe('USD')
  expect(machines[0]).toEqual({
    instanceType: type,
    isSpot: false,
    pricePerHour: 7.09,
    priceFrom: 'priceList',
    isOffered: true,
    quota: { code: 'L-1', value: 2, isAdjustable: true },
  })
  // What the account has no value of its own for stands at AWS's default.
  expect(machines[1]?.quota).toMatchObject({ value: 0 })
})

test('spare machines and endpoints have quotas of their own', async () => {
  quotas[`${type} for spot training job usage`] = 5
  quotas[`${type} for endpoint usage`] = 1
  const { machines, hostingQuotas } = await open().check('cloud', {
    instanceTypes: [type],
    spotTypes: [type],
    hostingTypes: [type, 'ml.m5.large'],
  })
  expect(machines.map(({ isSpot, quota }) => [isSpot, quota?.value])).toEqual([
    [false, 2],
    [true, 5],
  ])
  expect(hostingQuotas).toEqual({ [type]: { code: 'L-1', value: 1, isAdjustable: true } })
})

test('a machine that the region does not offer has no price', async () => {
  prices = [product({ instanceName: 'ml.m5.large' }, 'Hrs', 'USD', '0.115')]
  const { machines } = await open().check('cloud', { instanceTypes: [type] })
  expect(machines[0]).toMatchObject({ pricePerHour: null, isOffered: false, priceFrom: 'unknown' })
})

test('a price list that can’t be asked leaves a built-in figure that is named as one', async () => {
  canAskPrices = false
  const { machines } = await open().check('cloud', { instanceTypes: [type] })
  expect(machines[0]).toMatchObject({ priceFrom: 'table', isOffered: null, pricePerHour: 7.09 })
  const elsewhere = await open('eu-central-1').check('cloud', {
    instanceTypes: [type],
    hostingTypes: [type],
  })
  expect(elsewhere.machines[0]?.pricePerHour).toBeCloseTo(7.09 * 1.251)
  expect(elsewhere.hosting[type]).toBeCloseTo(7.09 * 1.251)
  expect(elsewhere.hostingFrom).toBe('table')
  const china = await open('cn-north-1').check('cloud', { instanceTypes: [type] })
  expect([china.currency, china.machines[0]?.pricePerHour]).toEqual(['CNY', 5.672 * 9.458 * 1.25])
})

test('a list without a single machine is none', async () => {
  prices = []
  const { machines } = await open().check('cloud', { instanceTypes: [type] })
  expect(machines[0]).toMatchObject({ pricePerHour: 7.09, isOffered: null, priceFrom: 'table' })
})

test('in AWS GovCloud there is no list to be asked', async () => {
  const { machines, storage } = await open('us-gov-west-1').check('cloud', {
    instanceTypes: ['ml.g6.xlarge'],
  })
  expect(machines[0]).toMatchObject({ priceFrom: 'table', isOffered: null })
  expect(machines[0]?.pricePerHour).toBeCloseTo(1.0144 * 1.4, 2)
  expect(storage.bucketFrom).toBe('table')
})

test('a reckoned price has to fit into the budget as well, in the currency of the region', async () => {
  canAskPrices = false
  budget = 50
  const preflight = open('cn-north-1')
  await expect(preflight.requireBudget('cloud', [rented])).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '67.06 CNY', left: '50.00 CNY' },
  })
  // What was billed in dollars, before the workspace moved to China, is no part of it.
  saveRunCost(db, {
    candidateId: 'c-1',
    workspaceId: 'cloud',
    pricePerHour: 40,
    currency: 'USD',
    reckonedIn: null,
    billableSeconds: 3600,
    pricePerThousandTokens: 0,
    tokens: 0,
    isEnded: true,
    startedAtMs: nowMs - 7_200_000,
  })
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 0, currency: 'CNY' })
})

test('in China prices are in its own currency', async () => {
  prices = [price('CNY', '60.5')]
  const { machines, currency } = await open('cn-north-1').check('cloud', { instanceTypes: [type] })
  expect([currency, machines[0]?.pricePerHour]).toEqual(['CNY', 60.5])
})

test('asks for more, and says what AWS answered', async () => {
  expect(await open().requestIncrease('cloud', 'L-1', 4)).toBe('PENDING')
  expect(asked).toEqual([{ ServiceCode: 'sagemaker', QuotaCode: 'L-1', DesiredValue: 4 }])
})

test('what was trained counts, by seconds, and a budget that is used up refuses', async () => {
  budget = 10
  const preflight = open()
  const { id } = insertTestVersion(db, {
    workspaceId: 'cloud',
    candidates: [
      {
        ...aCandidate(),
        id: 'c-1',
        cloud: { instanceType: type, spot: false },
        startedAtMs: nowMs - 3_600_000,
      },
    ],
  })
  await preflight.count(getVersion(db, id))
  expect(await preflight.check('cloud', {})).toMatchObject({
    spent: 0,
    committed: 7.09,
    budget: 10,
  })
  // As AWS bills spare machines: less than they trained.
  updateCandidate(db, 'c-1', {
    status: 'Completed',
    trainingSeconds: 3600,
    billed: { unit: 'seconds', amount: 1800 },
  })
  await preflight.count(getVersion(db, id))
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 7.09 / 2, committed: 0 })
  await expect(preflight.requireBudget('cloud', [rented])).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '7.09 USD', left: '6.46 USD' },
  })
  await preflight.requireBudget('cloud', [])
})

test('storage and endpoints have a price as well: the list’s, or else the rough table’s', async () => {
  const { hosting, storage } = await open().check('cloud', {
    hostingTypes: [type, 'ml.unheard.of'],
  })
  expect(hosting).toEqual({ [type]: 7.09 })
  expect(storage).toEqual({ bucketPerGbMonth: 0.023, bucketFrom: 'table', diskPerGbMonth: 0.14 })
  const elsewhere = await open('eu-central-1').check('cloud', { hostingTypes: [type] })
  expect(elsewhere.storage.bucketPerGbMonth).toBeCloseTo(0.0245)
  expect(elsewhere.storage.diskPerGbMonth).toBeCloseTo(0.1666)
  const ofTheList = {
    product: { attributes: { volumeType: 'Standard' } },
    terms: {
      OnDemand: {
        term: { priceDimensions: { rate: { unit: 'GB-Mo', pricePerUnit: { USD: '0.0245' } } } },
      },
    },
  }
  prices = [ofTheList]
  const listed = await open('eu-central-1').check('cloud', {})
  expect(listed.storage).toMatchObject({ bucketPerGbMonth: 0.0245, bucketFrom: 'priceList' })
})

test('the list is read once a day, and soon again when it could not be', async () => {
  const preflight = open()
  await preflight.check('cloud', { instanceTypes: [type] })
  prices = [price('USD', '9')]
  expect(
    (await preflight.check('cloud', { instanceTypes: [type] })).machines[0]?.pricePerHour,
  ).toBe(7.09)
})

test('endpoints count against the budget', async () => {
  budget = 20
  endpoints = { spent: 5, committed: 9, starting: 0 }
  const preflight = open()
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 5, committed: 9 })
  await expect(preflight.requireBudget('cloud', [rented])).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '7.09 USD', left: '6.00 USD' },
  })
  // One that only starts has spent nothing, and takes its hour all the same.
  endpoints = { spent: 5, committed: 0, starting: 10 }
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 5, committed: 0 })
  expect(() => preflight.requireHour('cloud', 7)).toThrow(
    expect.objectContaining({ details: { cost: '7.00 USD', left: '5.00 USD' } }),
  )
  expect(() => preflight.requireHour('cloud', 5)).not.toThrow()
})

test('a budget that is used up refuses what costs more, or nobody knows what, and nothing else', async () => {
  budget = 20
  endpoints = { spent: 21, committed: 0, starting: 0 }
  const preflight = open()
  for (const cost of [0, -7.09]) expect(() => preflight.requireHour('cloud', cost)).not.toThrow()
  expect(() => preflight.requireHour('cloud', 1)).toThrow(
    expect.objectContaining({ details: { cost: '1.00 USD', left: '0.00 USD' } }),
  )
  const usedUp = expect.objectContaining({ code: 'BudgetUsedUp' })
  expect(() => preflight.requireHour('cloud', null)).toThrow(usedUp)
  prices = [product({ instanceName: 'ml.other' }, 'Hrs', 'USD', '1')]
  await expect(open().requireBudget('cloud', [rented])).rejects.toEqual(usedUp)
  // Where something is left, what is not known can't be held against it.
  endpoints = { spent: 19, committed: 0, starting: 0 }
  expect(() => preflight.requireHour('cloud', null)).not.toThrow()
})

const tokenPrice = (unit: string, amount: string) =>
  product({ usagetype: 'USE1-NovaMicro-Customization-Training' }, unit, 'USD', amount)

test('what is billed by the token fits into the budget with the list’s price, and counts from the start', async () => {
  prices = [tokenPrice('1K tokens', '0.002')]
  budget = 10
  const preflight = open()
  const { id } = insertTestVersion(db, {
    workspaceId: 'cloud',
    candidates: [{ ...aCandidate(), id: 'c-1', baseModelId: nova.id, trainingJobArn: 'arn:job' }],
  })
  await preflight.requireBudget('cloud', [planned(nova, 5_000_000)])
  await expect(preflight.requireBudget('cloud', [planned(nova, 5_500_000)])).rejects.toMatchObject({
    code: 'BudgetExceeded',
    details: { cost: '11.00 USD', left: '10.00 USD' },
  })
  await preflight.expect('cloud', [{ candidateId: 'c-1', run: planned(nova, 4_000_000) }])
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 0, committed: 8 })
  // What AWS billed takes the place of what was reckoned.
  updateCandidate(db, 'c-1', { status: 'Stopped', billed: { unit: 'tokens', amount: 1_000_000 } })
  await preflight.count(getVersion(db, id))
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 2, committed: 0 })
})

test('a token run that never became a job costs nothing; what AWS does not tell stays as reckoned', async () => {
  const preflight = open()
  const { id } = insertTestVersion(db, {
    workspaceId: 'cloud',
    candidates: [
      {
        ...aCandidate(),
        id: 'c-1',
        baseModelId: nova.id,
        trainingJobName: 'never-made',
        trainingJobArn: null,
      },
      { ...aCandidate(), id: 'c-2', baseModelId: nova.id, trainingJobArn: 'arn:job' },
    ],
  })
  for (const candidateId of ['c-1', 'c-2']) {
    // From the rough table: a tenth of a cent for a thousand.
    await preflight.expect('cloud', [{ candidateId, run: planned(nova, 3_000_000) }])
    updateCandidate(db, candidateId, { status: 'Failed' })
  }
  await preflight.count(getVersion(db, id))
  expect(await preflight.check('cloud', {})).toMatchObject({ spent: 3, committed: 0 })
  expect(findRunCost(db, 'c-2')).toMatchObject({ reckonedIn: 'us-east-1', isEnded: true })
})

test('a cost whose price was reckoned goes on saying so', async () => {
  canAskPrices = false
  const { id } = insertTestVersion(db, {
    workspaceId: 'cloud',
    candidates: [
      {
        ...aCandidate({ status: 'InProgress' }),
        id: 'c-1',
        cloud: { instanceType: type, spot: false },
        startedAtMs: nowMs - 3_600_000,
      },
    ],
  })
  await open().count(getVersion(db, id))
  canAskPrices = true
  await open().count(getVersion(db, id))
  const price = { perHour: reckonedPrice('us-east-1', type)?.perHour, reckonedIn: 'us-east-1' }
  expect(paidJobs(db)).toMatchObject([{ kind: 'training', id: 'c-1', price }])
})

test.each([
  ['1K tokens', '0.002'],
  ['1M tokens', '2'],
  ['Tokens', '0.000002'],
])('the list’s price for %s is told for a thousand', async (unit, amount) => {
  prices = [tokenPrice(unit, amount)]
  budget = 3.99
  await expect(open().requireBudget('cloud', [planned(nova, 2_000_000)])).rejects.toMatchObject({
    details: { cost: '4.00 USD' },
  })
})

test('an Autopilot job is counted with the machine that it is reckoned with', async () => {
  const preflight = open()
  const { id } = insertTestVersion(db, {
    workspaceId: 'cloud',
    candidates: [
      {
        ...aCandidate(),
        id: 'c-1',
        baseModelId: 'autopilot:Falcon7BInstruct',
        parameterCount: 7e9,
        startedAtMs: nowMs - 3_600_000,
      },
    ],
  })
  await preflight.count(getVersion(db, id))
  expect(await preflight.check('cloud', {})).toMatchObject({ committed: 7.09 })
  expect(findRunCost(db, 'c-1')?.reckonedIn).toBeNull()
})
