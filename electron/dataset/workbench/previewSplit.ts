/** What a split would give: counts, leakage, and what either side is about. */
import type { SplitPreview } from '../../../shared/workbench/splitPlan.ts'
import { tokensOfExamples } from '../../../shared/trainingWay.ts'
import { sampleOf } from '../../../shared/split.ts'
import { findLeakage } from '../profile/leakage.ts'
import { findTopics } from '../profile/topics.ts'
import type { SplitExamples } from '../splitExamples.ts'

const topicSample = 4000

export function previewOf(
  { training, validation, groupCount }: SplitExamples,
  seed: number,
): SplitPreview {
  const questions = [...training, ...validation].map(({ prompt }) => prompt)
  const model = findTopics(sampleOf(questions, topicSample, seed), seed)
  const counts = model.labels.map((label) => ({ label: [...label], training: 0, validation: 0 }))
  for (const side of ['training', 'validation'] as const) {
    for (const { prompt } of side === 'training' ? training : validation) {
      const topic = counts[model.assign(prompt).topic]
      if (topic) topic[side] += 1
    }
  }
  return {
    trainingCount: training.length,
    validationCount: validation.length,
    trainingTokens: tokensOfExamples(training),
    groupCount,
    leakage: findLeakage(training, validation),
    topics: counts.sort((a, b) => b.training + b.validation - a.training - a.validation),
  }
}
