/** Divides examples as a plan says. The same examples, plan and seed always give the same sides. */
import type { TrainingExample } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { sampleOf, splitGroups, splitRows, splitStrata } from '../../shared/split.ts'
import type { SplitPlan, SplitRequest } from '../../shared/workbench/splitPlan.ts'
import { similarQuestions } from './profile/leakage.ts'
import { findTopics } from './profile/topics.ts'

export interface SplitExamples {
  readonly training: TrainingExample[]
  readonly validation: TrainingExample[]
  /** Groups, topics or sets of similar questions; null where there are none. */
  readonly groupCount: number | null
}

/** Topics are found from so many questions at most; the others go where they are nearest. */
const topicSample = 4000

/**
 * @param validationExamples the rows of a validation file; only for a plan of that kind
 * @throws AppError SplitImpossible when all rows are of one group
 */
export function splitExamples(
  examples: readonly TrainingExample[],
  { split, validationFraction, splitSeed, sampleRows }: Omit<SplitRequest, 'datasetId' | 'columns'>,
  validationExamples: readonly TrainingExample[] = [],
): SplitExamples {
  const plan = split ?? { kind: 'random' }
  const rows = sampleOf(examples, sampleRows ?? null, splitSeed)
  switch (plan.kind) {
    case 'random':
      return { ...splitRows(rows, validationFraction, splitSeed), groupCount: null }
    case 'file':
      return { training: [...rows], validation: [...validationExamples], groupCount: null }
    case 'group':
      return divided(
        splitGroups(rows, ({ group }) => group ?? '', validationFraction, splitSeed),
        plan,
      )
    case 'similar': {
      const groups = similarQuestions(rows.map(({ prompt }) => prompt))
      return divided(
        splitGroups(rows, (_, index) => groups[index] ?? 0, validationFraction, splitSeed),
        plan,
      )
    }
    case 'topic': {
      const questions = rows.map(({ prompt }) => prompt)
      const topics = findTopics(sampleOf(questions, topicSample, splitSeed), splitSeed)
      const stratumOf = ({ prompt }: TrainingExample) => topics.assign(prompt).topic
      return splitStrata(rows, stratumOf, validationFraction, splitSeed)
    }
  }
}

function divided(
  split: ReturnType<typeof splitGroups<TrainingExample>>,
  plan: SplitPlan,
): SplitExamples {
  if (split) return split
  const column = plan.kind === 'group' ? plan.column : ''
  throw new AppError('SplitImpossible', 'All rows belong to one group', { details: { column } })
}
