import { expect, test } from 'vitest'
import { toMetricPoints } from '../../../electron/aws/metrics.ts'
import { engineMetricDefinitions } from '../../../shared/metrics.ts'

const read = (...lines: string[]) =>
  toMetricPoints(
    'c',
    lines.map((line, index) => ({ atMs: 1000 + index, line })),
    engineMetricDefinitions,
    { training: 0, validation: 0 },
  ).map(({ metric, step, value, loggedAtMs }) => [metric, step, value, loggedAtMs])

test('turns a training line into loss, perplexity, learning rate and tokens', () => {
  expect(
    read('step=12 epoch=0.500 train_loss=2.000000 learning_rate=0.000300 tokens=4096'),
  ).toEqual([
    ['train_loss', 12, 2, 1000],
    ['train_perplexity', 12, Math.exp(2), 1000],
    ['learning_rate', 12, 0.0003, 1000],
    ['train_tokens', 12, 4096, 1000],
  ])
})

test('turns an evaluation line into validation loss, perplexity and bits per byte', () => {
  expect(
    read('', 'step=0 epoch=0.000 eval_loss=1.500000 eval_bits_per_byte=0.750000 eval_tokens=99'),
  ).toEqual([
    ['validation_loss', 0, 1.5, 1001],
    ['validation_perplexity', 0, Math.exp(1.5), 1001],
    ['validation_bits_per_byte', 0, 0.75, 1001],
  ])
})

test('takes no point from prose, nor from a line without a step', () => {
  expect(
    read('Training 4740000 weights for 80 steps.', 'train_loss=1.0', 'overstep=3 train_loss=1.0'),
  ).toEqual([])
})

test('reads numbers in scientific notation', () => {
  expect(read('step=1 epoch=0.1 train_loss=1e-3 learning_rate=1.5E-05 tokens=1')).toEqual([
    ['train_loss', 1, 0.001, 1000],
    ['train_perplexity', 1, Math.exp(0.001), 1000],
    ['learning_rate', 1, 0.000015, 1000],
    ['train_tokens', 1, 1, 1000],
  ])
})
