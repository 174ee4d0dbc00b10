import { expect, test } from 'vitest'
import { bootstrapInterval } from '../../shared/bootstrap.ts'
import type { EvaluatedRow } from '../../shared/evaluation.ts'
import {
  countFlagged,
  signTest,
  verdictOf,
  verdictWords,
  worstFirst,
} from '../../shared/evaluationVerdict.ts'
import { compareScores, extremeRows, histogramOf } from '../../shared/metricComparison.ts'
import { scoreNames, type Scores } from '../../shared/scores.ts'
import { seededRandom } from '../../shared/split.ts'

function scores(rougeL: number): Scores {
  // By its own names.
  const none = Object.fromEntries(scoreNames.map((name) => [name, 0])) as unknown as Scores
  return { ...none, rougeL }
}
const row = (position: number, tuned: number, base: number): EvaluatedRow => ({
  position,
  question: `Q${position}`,
  reference: 'R',
  tuned: { text: '', scores: scores(tuned), flagged: [], toxicity: null },
  base: { text: '', scores: scores(base), flagged: ['insult'], toxicity: null },
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
  const compared = compareScores(rowsOf(30, 10))
  const rougeL = compared.find(({ name }) => name === 'rougeL')
  expect(rougeL).toMatchObject({
    tuned: { mean: expect.closeTo(0.625, 12) },
    base: { mean: expect.closeTo(0.25, 12) },
    difference: { mean: expect.closeTo(0.375, 12) },
    histogram: {
      tuned: [0, 10, 0, 0, 0, 0, 0, 0, 30, 0],
      base: [0, 0, 30, 0, 10, 0, 0, 0, 0, 0],
    },
  })
  expect(rougeL?.difference?.low).toBeLessThan(0.375)
  expect(rougeL?.difference?.high).toBeGreaterThan(0.375)
  expect(compareScores(rowsOf(30, 10))).toEqual(compared)
})

test('values fall into tenths; 1 belongs to the last', () => {
  expect(histogramOf([0, 0.05, 0.1, 0.3, 0.99, 1])).toEqual([2, 1, 0, 1, 0, 0, 0, 0, 0, 2])
})

test('worst and best rows by one score, without showing a row twice', () => {
  const rows = [row(0, 0.9, 0.1), row(1, 0.1, 0.9), row(2, 0.5, 0.5)]
  const { worst, best } = extremeRows(rows, 'rougeL', 2)
  expect(worst.map(({ position }) => position)).toEqual([1, 2])
  expect(best.map(({ position }) => position)).toEqual([0])
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
