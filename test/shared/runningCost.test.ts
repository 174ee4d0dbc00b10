import { expect, test } from 'vitest'
import { costSoFar, endpointSchema, startingHours, type Endpoint } from '../../shared/endpoint.ts'
import {
  paidWords,
  runningCostOf,
  type PaidJob,
  type RunningCost,
} from '../../shared/runningCost.ts'

const hour = 3_600_000

function endpoint(more: Partial<Endpoint>): Endpoint {
  return endpointSchema.parse({
    name: 'timbre-voice',
    workspaceId: 'account',
    region: 'us-east-1',
    arn: 'arn:aws:sagemaker:us-east-1:123456789012:endpoint/timbre-voice',
    purpose: 'production',
    title: 'Voice',
    status: 'InService',
    reason: null,
    failure: null,
    isRemoving: false,
    idleMinutes: 60,
    deadlineMs: null,
    isGuarded: true,
    createdAtMs: 0,
    inServiceAtMs: 0,
    usedAtMs: null,
    goneAtMs: null,
    price: { perHour: 4, currency: 'USD', reckonedIn: null },
    revisions: [
      {
        configName: 'timbre-voice',
        createdAtMs: 0,
        variants: [
          {
            name: 'AllTraffic',
            modelName: 'timbre-voice',
            candidateId: null,
            title: 'Voice',
            modelUri: 's3://bucket/model.tar.gz',
            image: 'image',
            instanceType: 'ml.g5.2xlarge',
            instanceCount: 1,
            weight: 1,
          },
        ],
      },
    ],
    ...more,
  })
}

const usd = (perHour: number) => ({ perHour, currency: 'USD' as const, reckonedIn: null })

const job = (more: Partial<PaidJob>): PaidJob => ({
  kind: 'training',
  id: 'one',
  price: usd(2),
  soFar: 3,
  ...more,
})

function sums(cost: RunningCost | null) {
  return {
    perHour: cost?.prices.reduce((sum, { perHour }) => sum + perHour, 0),
    soFar: cost?.soFar.reduce((sum, { amount }) => sum + amount, 0),
  }
}

test('nothing costs on this computer, nor what is gone', () => {
  const here = endpoint({ workspaceId: 'local' })
  expect(runningCostOf([here, endpoint({ status: 'Gone' })], [], hour)).toBeNull()
})

test('sums up what endpoints, trainings and transform jobs cost', () => {
  const cost = runningCostOf(
    [endpoint({})],
    [job({}), job({ id: 'two', kind: 'transform', price: usd(1.5), soFar: 0.5 })],
    2 * hour,
  )
  expect(cost).toMatchObject({ isKnown: true, endsByItself: true })
  expect(sums(cost)).toEqual({ perHour: 7.5, soFar: 11.5 })
  const words = (kind: string, count: number) => `${count} ${kind}`
  expect(cost && paidWords(cost, words, 'en')).toBe('1 endpoint, 1 training, and 1 transform')
})

test('says when a price was reckoned', () => {
  const reckoned = job({ price: { ...usd(2), reckonedIn: 'us-gov-west-1' } })
  expect(runningCostOf([endpoint({})], [reckoned], 0)?.isReckoned).toBe(true)
  expect(runningCostOf([endpoint({})], [job({})], 0)?.isReckoned).toBe(false)
})

test('says when a price is not known, and when something runs until it is deleted', () => {
  expect(runningCostOf([], [job({ price: null })], 0)).toMatchObject({
    isKnown: false,
    endsByItself: true,
  })
  expect(runningCostOf([endpoint({ isGuarded: false })], [], 0)?.endsByItself).toBe(false)
})

test('one that may go down to no machine costs what its machines cost, from look to look', () => {
  const scaling = { min: 0, max: 2, target: 5 }
  const asleep = endpoint({
    scaling,
    // Of both of them.
    price: { perHour: 8, currency: 'USD', reckonedIn: null },
    machines: [
      { sinceMs: 0, count: 1 },
      { sinceMs: 3 * hour, count: 2 },
      { sinceMs: 4 * hour, count: 0 },
    ],
  })
  // Nothing is asked at a quit for one that costs nothing, nor is it counted among others.
  expect(runningCostOf([asleep], [], 10 * hour)).toBeNull()
  expect(runningCostOf([asleep, endpoint({})], [], hour)?.counts).toEqual([
    { kind: 'endpoint', count: 1 },
  ])
  expect(costSoFar(asleep, 10 * hour)).toBe(20)
  const awake = endpoint({ ...asleep, machines: asleep.machines.slice(0, 2) })
  expect(sums(runningCostOf([awake], [], 5 * hour))).toEqual({ perHour: 8, soFar: 28 })
})

test('what an endpoint cost before its machines were counted stays counted', () => {
  const counted = endpoint({
    scaling: { min: 0, max: 2, target: 5 },
    price: { perHour: 8, currency: 'USD', reckonedIn: null },
    inServiceAtMs: hour,
    machines: [{ sinceMs: 4 * hour, count: 1 }],
  })
  expect(sums(runningCostOf([counted], [], 6 * hour)).soFar).toBe(3 * 8 + 2 * 4)
})

test('of endpoints that start an hour each is going to cost, of no others', () => {
  const starting = endpoint({ status: 'Creating', inServiceAtMs: null })
  const others = [
    endpoint({}),
    endpoint({ ...starting, status: 'Failed' }),
    endpoint({ ...starting, isRemoving: true }),
    endpoint({ ...starting, price: null }),
  ]
  expect(startingHours(others)).toBe(0)
  expect(startingHours([...others, starting, { ...starting, status: 'Planned' }])).toBe(8)
})
