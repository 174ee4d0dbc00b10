import { expect, test } from 'vitest'
import { answerCost } from '../../shared/answerCost.ts'
import {
  formatHighestCost,
  highestCost,
  type EvaluationEstimate,
} from '../../shared/evaluationEstimate.ts'

function anEstimate(change: Partial<EvaluationEstimate>): EvaluationEstimate {
  return {
    place: 'local',
    isAddition: false,
    answers: 10,
    minutes: null,
    isMeasured: false,
    startMinutes: null,
    idleMinutes: null,
    machines: [],
    currency: 'USD',
    reckonedIn: null,
    cost: null,
    bedrock: null,
    hasBase: true,
    tellsProbabilities: true,
    availableRows: 100,
    judge: null,
    library: null,
    ...change,
  }
}

const machine = { side: 'tuned' as const, instanceType: 'ml.g5.2xlarge', pricePerHour: 1.52 }
const aLibrary = (high: number) => ({
  low: 0,
  high,
  currency: 'USD' as const,
  reckonedIn: null,
})
const aJudge = (cost: number | null) => ({ calls: 20, inputTokens: 1, outputTokens: 1, cost })

test('on this computer nothing is paid, until a judge or a processing job is asked for', () => {
  expect(highestCost(anEstimate({}))).toBeNull()
  const library = { low: 0.1, high: 0.5, currency: 'USD' as const, reckonedIn: null }
  expect(highestCost(anEstimate({ judge: aJudge(0.25), library }))).toEqual({
    sums: [{ currency: 'USD', amount: 0.75 }],
    isWhole: true,
    isReckoned: false,
  })
})

test('endpoints, judge and job are added up, each in its own currency', () => {
  const cost = highestCost(
    anEstimate({
      place: 'endpoint',
      machines: [machine],
      currency: 'CNY',
      cost: { low: 1, high: 7 },
      judge: aJudge(0.25),
      library: { low: 1, high: 2, currency: 'CNY', reckonedIn: 'cn-north-1' },
    }),
  )
  expect(cost).toEqual({
    sums: [
      { currency: 'CNY', amount: 9 },
      { currency: 'USD', amount: 0.25 },
    ],
    isWhole: true,
    isReckoned: true,
  })
})

test('Bedrock’s answers count, at the price of their model or else at the dearest that is known', () => {
  const tokens = { inputTokens: 1_000_000, outputTokens: 1_000_000 }
  expect(answerCost('amazon.nova-micro-v1:0:128k', tokens)).toEqual({
    cost: 0.175,
    isSimilar: false,
  })
  const dearest = answerCost('amazon.nova-2-lite-v1:0:256k', tokens)
  expect(dearest).toEqual({ cost: 4.8, isSimilar: true })
  const bedrock = { ...tokens, ...dearest }
  expect(highestCost(anEstimate({ place: 'bedrock', bedrock, judge: aJudge(0.25) }))).toEqual({
    sums: [{ currency: 'USD', amount: 5.05 }],
    isWhole: true,
    isReckoned: false,
  })
})

test('what has no known price is not taken for free', () => {
  expect(highestCost(anEstimate({ judge: aJudge(null), library: aLibrary(1) }))).toEqual({
    sums: [{ currency: 'USD', amount: 1 }],
    isWhole: false,
    isReckoned: false,
  })
  expect(highestCost(anEstimate({ place: 'endpoint', machines: [machine] }))).toMatchObject({
    sums: [],
    isWhole: false,
  })
  expect(highestCost(anEstimate({ judge: aJudge(null) }))).toMatchObject({
    sums: [],
    isWhole: false,
  })
})

test('it is written with its currencies, and a little is never nothing', () => {
  const of = (...sums: { currency: 'USD' | 'CNY'; amount: number }[]) =>
    formatHighestCost({ sums, isWhole: true, isReckoned: false }, 'en')
  expect(of({ currency: 'CNY', amount: 9 }, { currency: 'USD', amount: 0.25 })).toBe(
    '¥9.00 + $0.25',
  )
  expect(of({ currency: 'USD', amount: 0.0002 })).toBe('$0.001')
  const sums = [{ currency: 'CNY' as const, amount: 9 }]
  expect(formatHighestCost({ sums, isWhole: true, isReckoned: true }, 'en')).toBe('≈ ¥9.00')
  expect(of()).toBe('')
})
