import { expect, test } from 'vitest'
import { answersAt, evaluatedSteps } from '../../renderer/models/sampleSteps.ts'

const samples = [0, 10, 20].flatMap((step) =>
  [2, 1].map((sample) => ({ step, sample, prompt: `Q${sample}`, answer: `${sample} at ${step}` })),
)

test('each step is there once, in order', () => {
  expect(evaluatedSteps(samples)).toEqual([0, 10, 20])
  expect(evaluatedSteps([])).toEqual([])
})

test('a step is shown beside the base model’s answers, prompts in their order', () => {
  expect(answersAt(samples, 10)).toEqual([
    { sample: 1, prompt: 'Q1', base: '1 at 0', answer: '1 at 10' },
    { sample: 2, prompt: 'Q2', base: '2 at 0', answer: '2 at 10' },
  ])
  expect(answersAt(samples.slice(2), 20)[0]?.base).toBeNull()
})
