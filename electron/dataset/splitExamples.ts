/** Divides examples as a plan says. The same examples, plan and seed always give the same sides. */
import type { TrainingExample } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import { sampleOf, splitGroups, splitRows, splitStrata } from '../../shared/split.ts'
import type { SplitPlan } from '../../shared/workbench/splitChoice.ts'
import type { SplitRequest } from '../../shared/workbench/splitPlan.ts'
import { findLeaks } from './profile/leakage.ts'
import { groupTexts } from './profile/nearDuplicates.ts'
import { findTopics } from './profile/topics.ts'

export interface SplitExamples {
  readonly training: TrainingExample[]
  readonly validation: TrainingExample[]
  /** Groups, topics or sets of similar questions; null where there are none. */
  readonly groupCount: number | null
}

/** Topics are found from so many questions at most; the others go where they are nearest. */
const topicSample = 4000

type Request = Omit<SplitRequest, 'datasetId' | 'columns'>

/**
 * @param validationExamples the rows of a validation file; only for a plan of that kind
 * @throws AppError SplitImpossible when all rows are of one group, or all validation rows stand among the training rows
 */
export function splitExamples(
  examples: readonly TrainingExample[],
  request: Request,
  validationExamples: readonly TrainingExample[] = [],
): SplitExamples {
  const plan = request.split ?? { kind: 'random' }
  const both = divide(examples, request, plan, validationExamples)
  if (plan.kind === 'random' || !plan.withoutLeaked) return both
  const leaked = new Set(
    findLeaks(both.training, both.validation).map(({ validation }) => validation),
  )
  const validation = both.validation.filter((example) => !leaked.has(example))
  if (validation.length > 0 || leaked.size === 0) return { ...both, validation }
  throw impossible('Every validation row stands among the training rows', plan)
}

function divide(
  examples: readonly TrainingExample[],
  { validationFraction, splitSeed, sampleRows }: Request,
  plan: SplitPlan,
  validationExamples: readonly TrainingExample[],
): SplitExamples {
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
      const groups = groupTexts(rows.map(({ prompt }) => prompt))
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
  throw impossible('All rows belong to one group', plan)
}

function impossible(message: string, plan: SplitPlan): AppError {
  const column = plan.kind === 'group' ? plan.column : ''
  return new AppError('SplitImpossible', message, { details: { column } })
}
