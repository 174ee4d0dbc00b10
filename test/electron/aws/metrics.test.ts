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

const jumpStart = (texts: readonly string[], definitions: readonly [string, string][]) =>
  toMetricPoints(
    'c',
    texts.map((line) => ({ atMs: 0, line })),
    definitions.map(([name, regex]) => ({ name, regex })),
    { training: 0, validation: 0 },
  )
    .filter(({ metric }) => metric.endsWith('_loss'))
    .map(({ metric, step, value }) => [metric, step, value])

test('counts the epochs of JumpStart’s Llama trainer, which tells no steps', () => {
  const epoch = (number: number) => [
    ` eval_ppl=tensor(7.39, device='cuda:0') eval_epoch_loss=tensor(2.${number}, device='cuda:0')`,
    `Epoch ${number}: train_perplexity=4.4, train_epoch_loss=1.${number}, epoch time 12s`,
  ]
  expect(
    jumpStart(
      [...epoch(1), ...epoch(2)],
      [
        ['huggingface-textgeneration:eval-loss', 'eval_epoch_loss=tensor\\(([0-9\\.]+)'],
        ['huggingface-textgeneration:eval-ppl', 'eval_ppl=tensor\\(([0-9\\.]+)'],
        ['huggingface-textgeneration:train-loss', 'train_epoch_loss=([0-9\\.]+)'],
      ],
    ),
  ).toEqual([
    ['validation_loss', 1, 2.1],
    ['train_loss', 1, 1.1],
    ['validation_loss', 2, 2.2],
    ['train_loss', 2, 1.2],
  ])
})

test('puts a validation loss beside the training loss before it', () => {
  const definitions: [string, string][] = [
    ['huggingface-textgeneration:train-loss', "'loss': ([0-9]+\\.[0-9]+)"],
    ['huggingface-textgeneration:eval-loss', "'eval_loss': ([0-9]+\\.[0-9]+)"],
    ['of another dialect', '(?P<loss>[0-9]+)'],
  ]
  expect(
    jumpStart(
      ["{'loss': 2.5}", "{'loss': 2.25}", "{'eval_loss': 2.0}", "{'loss': 1.5}"],
      definitions,
    ),
  ).toEqual([
    ['train_loss', 1, 2.5],
    ['train_loss', 2, 2.25],
    ['validation_loss', 2, 2],
    ['train_loss', 3, 1.5],
  ])
})
