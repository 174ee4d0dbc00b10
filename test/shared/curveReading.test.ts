import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { noiseOfEvaluations, type CurvePoint } from '../../shared/curveNoise.ts'
import { readCurves, type Curves } from '../../shared/curveReading.ts'
import { seededRandom } from '../../shared/split.ts'

const hyperparameters = {
  epoch: '4',
  learning_rate: '0.001',
  per_device_train_batch_size: '8',
  eval_steps: '10',
}

/** Box-Muller on the app's own seeded generator. */
function normal(seed: number): () => number {
  const random = seededRandom(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

interface Shape {
  readonly steps?: number
  readonly every?: number
  readonly training: (step: number) => number
  readonly validation: (step: number) => number
  readonly noise?: number
  readonly settings?: Readonly<Record<string, string>>
  readonly hasEnded?: boolean
}

function curvesOf({ steps = 200, every = 10, noise = 0.005, ...shape }: Shape, seed = 1): Curves {
  const deviation = normal(seed)
  const points = (at: number[], value: (step: number) => number, spread: number): CurvePoint[] =>
    at.map((step) => ({ step, value: value(step) + spread * deviation() }))
  const all = Array.from({ length: steps }, (_, index) => index + 1)
  return {
    training: points(all, shape.training, 0.05),
    validation: points([0, ...all.filter((step) => step % every === 0)], shape.validation, noise),
    plannedSteps: steps,
    hasEnded: shape.hasEnded ?? true,
    hyperparameters: { ...hyperparameters, ...shape.settings },
  }
}

const falling = (step: number) => 1 + 3 * Math.exp(-step / 80)
const improving: Shape = { training: falling, validation: (step) => 4 - step / 100 }
const plateaued: Shape = { training: falling, validation: (step) => 2 + 2 * Math.exp(-step / 12) }
const overfitting: Shape = {
  training: falling,
  validation: (step) => 2 + Math.abs(step - 80) / 100,
}

/** The same answer for every seed: a rule that luck can turn is no rule. */
const seeds = Array.from({ length: 30 }, (_, index) => index + 1)

test.each(seeds)('falling to the end is improving, and wants more epochs (seed %i)', (seed) => {
  expect(readCurves(curvesOf(improving, seed))).toMatchObject({
    verdict: 'improving',
    sinceStep: null,
    action: { kind: 'moreEpochs', setting: 'epoch', from: '4', to: '8' },
  })
})

test.each(seeds)('flat after a fall is a plateau since where it went flat (seed %i)', (seed) => {
  const reading = readCurves(curvesOf(plateaued, seed))
  expect(reading).toMatchObject({ verdict: 'plateaued', action: { kind: 'fewerEpochs' } })
  // 2 % above its end at step 50, 0.1 % at step 85.
  expect(reading?.sinceStep).toBeGreaterThanOrEqual(40)
  expect(reading?.sinceStep).toBeLessThanOrEqual(100)
})

test.each(seeds)('validation up while training falls is overfitting (seed %i)', (seed) => {
  const reading = readCurves(curvesOf(overfitting, seed))
  expect(reading).toMatchObject({
    verdict: 'overfitting',
    sinceStep: 80,
    // Step 80 of 200 is in the second of four epochs.
    action: { kind: 'fewerEpochs', setting: 'epoch', from: '4', to: '2' },
  })
  expect(reading?.evidence.lastValidation).toBeCloseTo(3.1, 1)
  expect(reading?.evidence.trainingAtEnd).toBeLessThan(reading?.evidence.trainingAtBest ?? 0)
})

test.each(seeds)('validation up while training rises as well is not overfitting (%i)', (seed) => {
  const both = { ...overfitting, training: (step: number) => 2 + Math.abs(step - 80) / 200 }
  expect(readCurves(curvesOf(both, seed))?.verdict).not.toBe('overfitting')
})

test.each(seeds)('noise alone after a fall is neither overfitting nor improving (%i)', (seed) => {
  const noisy = { ...plateaued, noise: 0.05 }
  expect(readCurves(curvesOf(noisy, seed))?.verdict).toBe('plateaued')
})

test.each(seeds)('a loss that jumps more than it falls is too noisy (seed %i)', (seed) => {
  const wild = { training: falling, validation: () => 3, noise: 0.5 }
  expect(readCurves(curvesOf(wild, seed))).toMatchObject({
    verdict: 'tooNoisy',
    action: { kind: 'largerBatch', setting: 'per_device_train_batch_size', to: '16' },
  })
})

test('the largest batch cannot be doubled: then the rate is lowered', () => {
  const settings = { per_device_train_batch_size: '256' }
  const wild = { training: falling, validation: () => 3, noise: 0.5, settings }
  expect(readCurves(curvesOf(wild))?.action).toMatchObject({ kind: 'lowerRate', to: '0.0005' })
})

test.each([
  ['at the end', (step: number) => 4 + Math.max(0, step - 120) / 40],
  ['on the way, and only partly back', (step: number) => (step > 1 && step < 60 ? 30 : 3.5)],
  ['from its lowest', (step: number) => (step < 100 ? 4 - step / 50 : 3.5)],
])('a training loss that rises %s is diverging, and wants a tenth of the rate', (_, training) => {
  expect(readCurves(curvesOf({ training, validation: () => 3 }))).toMatchObject({
    verdict: 'diverging',
    action: { kind: 'lowerRate', setting: 'learning_rate', from: '0.001', to: '0.0001' },
  })
})

test('a training loss near zero that doubles is not diverging', () => {
  const training = (step: number) => 4 * Math.exp(-step / 10) + step / 2000
  expect(readCurves(curvesOf({ ...plateaued, training }))?.verdict).not.toBe('diverging')
})

test('a loss that stays where the base model was is not learning', () => {
  const still = { training: () => 3, validation: () => 3, noise: 0.001 }
  expect(readCurves(curvesOf(still))).toMatchObject({
    verdict: 'notLearning',
    action: { kind: 'higherRate', to: '0.003' },
  })
  const worse = { ...still, validation: (step: number) => (step === 0 ? 3 : 3.2) }
  expect(readCurves(curvesOf(worse))).toMatchObject({
    verdict: 'notLearning',
    action: { kind: 'lowerRate', to: '0.00033' },
  })
})

test('four evaluations are too few to say', () => {
  const short = { ...plateaued, steps: 160, every: 40, settings: { eval_steps: '40' } }
  expect(readCurves(curvesOf(short))).toMatchObject({
    verdict: 'tooFewEvaluations',
    evidence: { evaluations: 4 },
  })
})

test('while it trains there is a reading and nothing to do yet', () => {
  const reading = readCurves(curvesOf({ ...overfitting, hasEnded: false }))
  expect(reading).toMatchObject({ verdict: 'overfitting', action: null })
})

test('a setting that the base model does not have is not proposed', () => {
  expect(readCurves({ ...curvesOf(improving), hyperparameters: {} })?.action).toBeNull()
})

test('nothing is said of nothing', () => {
  const nothing = { plannedSteps: null, hasEnded: false, hyperparameters: {} }
  expect(readCurves({ training: [], validation: [], ...nothing })).toBeNull()
  expect(readCurves({ training: [{ step: 1, value: 3 }], validation: [], ...nothing })).toBeNull()
})

test('noise is found beneath a slope', () => {
  const deviation = normal(3)
  const points = Array.from({ length: 2000 }, (_, step) => ({
    step,
    value: 4 - step / 1000 + 0.1 * deviation(),
  }))
  expect(noiseOfEvaluations(points)).toBeCloseTo(0.1, 2)
})

const pairs = z
  .array(z.tuple([z.number(), z.number()]))
  .transform((list) => list.map(([step, value]): CurvePoint => ({ step, value })))
const recordedSchema = z.record(
  z.string(),
  z.object({
    settings: z.record(z.string(), z.string()),
    plannedSteps: z.number(),
    training: pairs,
    validation: pairs,
  }),
)
/** Of Timbre Pico on this computer; what was done is in each name. */
const recorded = recordedSchema.parse(
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../fixtures/curves.json'), 'utf8')),
)

test.each([
  ['bundled sample, default settings', 'plateaued', 110, 'fewerEpochs', '5'],
  ['60 rows, 60 epochs', 'overfitting', 20, 'fewerEpochs', '4'],
  ['60 rows, learning rate 0.3, no clipping', 'diverging', 1, 'lowerRate', '0.03'],
  ['bundled sample, 1 epoch', 'tooFewEvaluations', null, 'moreEpochs', '2'],
])('recorded: %s', (name, verdict, sinceStep, kind, to) => {
  const { settings, ...curves } = recorded[name] ?? expect.fail('It was not recorded.')
  const reading = readCurves({ ...curves, hyperparameters: settings, hasEnded: true })
  expect(reading).toMatchObject({ verdict, sinceStep, action: { kind, to } })
})
