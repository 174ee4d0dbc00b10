import { expect, test } from 'vitest'
import {
  defaultJudgePrompt,
  estimateJudgeTokens,
  fillJudgePrompt,
  findJudgeModel,
  judgeCost,
  judgePlanSchema,
  preferenceOf,
  readPreference,
  reasonOf,
  summarizeJudgements,
  type Judgement,
  type Preference,
} from '../../shared/judge.ts'

function judged(tunedFirst: Preference, baseFirst: Preference): Judgement {
  return {
    position: 0,
    tunedFirst,
    baseFirst,
    reasons: ['', ''],
    inputTokens: 100,
    outputTokens: 10,
  }
}

test.each([
  ['The second is kinder. [[B]]', true, 'base'],
  ['The second is kinder. [[B]]', false, 'tuned'],
  ['[[A]] seems long, yet both help.\n[[C]]', true, 'tie'],
  ['I would say A.', true, null],
  ['[[D]]', true, null],
] as const)('%j, with the tuned answer first: %s -> %s', (answer, tunedIsFirst, expected) => {
  expect(readPreference(answer, tunedIsFirst)).toBe(expected)
})

test('only what holds in both orders is a preference', () => {
  expect(preferenceOf(judged('tuned', 'tuned'))).toBe('tuned')
  // The answer that stood first won both times.
  expect(preferenceOf(judged('tuned', 'base'))).toBe('tie')
  expect(preferenceOf(judged('tuned', 'tie'))).toBe('tie')
  expect(preferenceOf(judged('tuned', null))).toBeNull()
})

test('a judge that always takes the first answer prefers nothing', () => {
  const summary = summarizeJudgements(Array.from({ length: 40 }, () => judged('tuned', 'base')))
  expect(summary).toMatchObject({ tuned: 0, base: 0, ties: 40, orderDecided: 40, winRate: null })
})

test('the win rate has Wilson’s interval, and tokens are added up', () => {
  const summary = summarizeJudgements([
    ...Array.from({ length: 8 }, () => judged('tuned', 'tuned')),
    ...Array.from({ length: 2 }, () => judged('base', 'base')),
    judged('tie', 'tie'),
    judged(null, 'tie'),
  ])
  // 8 of 10: (0.8 + z²/20 ± z·√(0.016 + z²/400)) / (1 + z²/10), worked by hand.
  expect(summary).toMatchObject({
    tuned: 8,
    base: 2,
    ties: 1,
    unread: 1,
    winRate: 0.8,
    low: expect.closeTo(0.4902, 4),
    high: expect.closeTo(0.9433, 4),
    inputTokens: 1200,
    outputTokens: 120,
  })
})

test('places are filled once: an answer that names a place stays as it is', () => {
  const prompt = fillJudgePrompt('{question}|{first}|{second}|{other}', {
    question: 'Q {first}',
    reference: 'R',
    first: 'A {second} $&',
    second: 'B',
  })
  expect(prompt).toBe('Q {first}|A {second} $&|B|{other}')
})

test('a prompt that shows an answer too few is refused', () => {
  const plan = { workspaceId: 'w', modelId: 'amazon.nova-lite-v1:0', prompt: defaultJudgePrompt }
  expect(judgePlanSchema.safeParse(plan).success).toBe(true)
  const blind = { ...plan, prompt: defaultJudgePrompt.replace('{second}', '') }
  expect(judgePlanSchema.safeParse(blind).success).toBe(false)
})

test('the cost is tokens by price, and not known for a model without one', () => {
  const tokens = { inputTokens: 2_000_000, outputTokens: 500_000 }
  expect(judgeCost('amazon.nova-pro-v1:0', tokens)).toBeCloseTo(2 * 0.8 + 0.5 * 3.2, 10)
  expect(judgeCost('eu.amazon.nova-pro-v1:0', tokens)).toBeCloseTo(3.2, 10)
  expect(judgeCost('arn:aws:bedrock:us-east-1:1:inference-profile/x', tokens)).toBeNull()
  expect(findJudgeModel('someone.else-v1:0')).toBeNull()
})

test('the estimate counts two calls a row with both answers in each', () => {
  const example = { prompt: 'a'.repeat(40), completion: 'b'.repeat(80) }
  // 10 + 3 · 20 tokens a row beside a prompt of 100.
  expect(estimateJudgeTokens('p'.repeat(400), 50, [example, example])).toEqual({
    inputTokens: 2 * 50 * (100 + 70),
    outputTokens: 2 * 50 * 200,
  })
})

test('the reason is what was written before the mark', () => {
  expect(reasonOf('It greets the customer.\n[[A]]\n')).toBe('It greets the customer.')
  expect(reasonOf('[[B]] is what I would say, were it not for the greeting.')).toContain('[[B]]')
  expect(reasonOf('[[C]]')).toBe('')
})
