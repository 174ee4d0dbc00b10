import { expect, test } from 'vitest'
import type { EvaluatedRow, Scores } from '../../shared/evaluation.ts'
import {
  bootstrapInterval,
  compareMetrics,
  countFlagged,
  signTest,
  verdictOf,
  verdictWords,
  worstFirst,
} from '../../shared/evaluationVerdict.ts'
import { seededRandom } from '../../shared/split.ts'

function scores(rougeL: number): Scores {
  const rest = { f1: 0, precision: 0, recall: 0, exactMatch: 0, quasiExactMatch: 0 }
  return { ...rest, rouge1: 0, rouge2: 0, rougeL, meteor: 0 }
}
const row = (position: number, tuned: number, base: number): EvaluatedRow => ({
  position,
  question: `Q${position}`,
  reference: 'R',
  tuned: { text: '', scores: scores(tuned), flagged: [] },
  base: { text: '', scores: scores(base), flagged: ['insult'] },
})
/** So many rows on which the tuned model is better, worse and equal. */
const rowsOf = (better: number, worse: number, ties = 0) => [
  ...Array.from({ length: better }, (_, at) => row(at, 0.8, 0.2)),
  ...Array.from({ length: worse }, (_, at) => row(better + at, 0.1, 0.4)),
  ...Array.from({ length: ties }, (_, at) => row(better + worse + at, 0.5, 0.5)),
]

test.each([
  // scipy.stats.binomtest(k, n).pvalue
  [41, 9, 5.614459e-6],
  [8, 0, 0.0078125],
  [7, 3, 0.34375],
  [5, 5, 1],
  [0, 0, 1],
  [600, 400, 2.7e-10],
])('the sign test of %i against %i is %f', (better, worse, p) => {
  expect(signTest(better, worse) / p).toBeCloseTo(1, 1)
  expect(signTest(worse, better)).toBe(signTest(better, worse))
})

test.each([
  [41, 9, 0, 'better', 'veryLikely'],
  [20, 8, 2, 'better', 'likely'],
  [6, 4, 0, 'better', 'chance'],
  [2, 40, 8, 'worse', 'veryLikely'],
  [3, 3, 4, 'same', 'chance'],
  [0, 0, 5, 'same', 'chance'],
] as const)(
  '%i better, %i worse and %i equal is %s, %s',
  (better, worse, ties, outcome, certainty) => {
    const verdict = verdictOf(rowsOf(better, worse, ties))
    expect(verdict).toMatchObject({ better, worse, ties, outcome, certainty })
    const { key, values } = verdictWords(verdict)
    expect(key).toBe(`analysis:verdict.${outcome}.${certainty}`)
    expect(values).toMatchObject({ better, worse, total: better + worse + ties })
  },
)

test('means, difference and interval of each score, the same every time', () => {
  const compared = compareMetrics(rowsOf(30, 10))
  const rougeL = compared.find(({ name }) => name === 'rougeL')
  expect(rougeL).toMatchObject({
    tuned: expect.closeTo(0.625, 12),
    base: expect.closeTo(0.25, 12),
    difference: expect.closeTo(0.375, 12),
  })
  expect(rougeL?.low).toBeLessThan(0.375)
  expect(rougeL?.high).toBeGreaterThan(0.375)
  expect(compareMetrics(rowsOf(30, 10))).toEqual(compared)
})

test('the bootstrap interval is about two standard errors wide, and covers the mean 95 times of 100', () => {
  let covered = 0
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = seededRandom(seed)
    // Uniform on [0, 1): mean 0.5, standard deviation 0.2887.
    const values = Array.from({ length: 60 }, random)
    const [low, high] = bootstrapInterval(values)
    if (low <= 0.5 && 0.5 <= high) covered += 1
    expect(high - low).toBeGreaterThan(0.1)
    expect(high - low).toBeLessThan(0.2)
  }
  expect(covered).toBeGreaterThanOrEqual(182)
  expect(covered).toBeLessThanOrEqual(198)
})

test('rows on which most was lost come first', () => {
  const rows = [row(0, 0.9, 0.1), row(1, 0.1, 0.9), row(2, 0.5, 0.5), row(3, 0.2, 0.2)]
  expect(worstFirst(rows).map(({ position }) => position)).toEqual([1, 3, 2, 0])
})

test('flagged answers are counted by category and side', () => {
  expect(countFlagged(rowsOf(2, 1)).find(({ category }) => category === 'insult')).toEqual({
    category: 'insult',
    tuned: 0,
    base: 3,
  })
})
