/** Sample answers as the slider shows them. */
import type { SampleAnswer } from '../../shared/sampleAnswers.ts'

/** Steps with answers, ascending. */
export function evaluatedSteps(samples: readonly SampleAnswer[]): number[] {
  return [...new Set(samples.map(({ step }) => step))].sort((a, b) => a - b)
}

export interface ComparedAnswer {
  readonly sample: number
  readonly prompt: string
  /** At step 0; null where that evaluation is missing. */
  readonly base: string | null
  readonly answer: string
}

/** The answers of one step beside the base model's. */
export function answersAt(samples: readonly SampleAnswer[], step: number): ComparedAnswer[] {
  const base = new Map(
    samples.filter((known) => known.step === 0).map(({ sample, answer }) => [sample, answer]),
  )
  return samples
    .filter((known) => known.step === step)
    .sort((a, b) => a.sample - b.sample)
    .map(({ sample, prompt, answer }) => ({
      sample,
      prompt,
      base: base.get(sample) ?? null,
      answer,
    }))
}
