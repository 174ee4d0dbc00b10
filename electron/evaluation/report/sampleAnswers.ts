/** A few answers for the report of a candidate that was not evaluated. */
import type { AnswerSide, GenerationSettings } from '../../../shared/playground.ts'
import { firstOf, type Examples } from '../../dataset/split/examples.ts'
import { evaluationSettings } from '../evaluator.ts'
import type { SampleAnswer } from './blocks.ts'

const sampleCount = 5

export async function answerSamples(
  unseen: Examples,
  answer: (side: AnswerSide, prompt: string, settings: GenerationSettings) => Promise<string>,
): Promise<SampleAnswer[]> {
  const samples: SampleAnswer[] = []
  for (const { prompt, completion } of await firstOf(unseen, sampleCount)) {
    samples.push({
      question: prompt,
      expected: completion,
      tuned: await answer('tuned', prompt, evaluationSettings),
      base: await answer('base', prompt, evaluationSettings),
    })
  }
  return samples
}
