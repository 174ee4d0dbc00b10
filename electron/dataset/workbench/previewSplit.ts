/** What a split would give: counts, leakage, and what either side is about. */
import type { SplitPreview, SplitRequest } from '../../../shared/workbench/splitPlan.ts'
import { tokensOfExamples } from '../../../shared/trainingWay.ts'
import { sampleOf } from '../../../shared/split.ts'
import { findLeaks } from '../profile/leakage.ts'
import { groupTexts } from '../profile/nearDuplicates.ts'
import { findTopics } from '../profile/topics.ts'
import type { SplitExamples } from '../splitExamples.ts'

const topicSample = 4000
const mostExamples = 50

/** The rows of its examples are those of the content that was read, and lines are left to whoever knows the file. */
export function previewOf(
  { training, validation, groupCount }: SplitExamples,
  { split, splitSeed: seed }: Pick<SplitRequest, 'split' | 'splitSeed'>,
): SplitPreview {
  const leaks = findLeaks(training, validation)
  const same = leaks.filter(({ isSame }) => isSame).length
  const questions = [...training, ...validation].map(({ prompt }) => prompt)
  const isRandom = (split ?? { kind: 'random' }).kind === 'random'
  // Where every validation row leaks there are rows for both sides only if not all questions are alike.
  const isAvoidable =
    leaks.length < validation.length || (isRandom && new Set(groupTexts(questions)).size > 1)
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
    leakage: {
      same,
      similar: leaks.length - same,
      isAvoidable,
      examples: leaks.slice(0, mostExamples).map((leak) => ({
        validation: leak.validation.prompt,
        training: leak.training.prompt,
        row: leak.validation.row ?? 1,
        line: null,
      })),
    },
    topics: counts.sort((a, b) => b.training + b.validation - a.training - a.validation),
  }
}
