/** Questions that stand on both sides of a split: a model that has read the answer is not tested by it. */
import type { TrainingExample } from '../../../shared/dataset.ts'
import { groupTexts } from './nearDuplicates.ts'

/** A validation row whose question is a training row's. */
export interface Leak {
  readonly validation: TrainingExample
  readonly training: TrainingExample
  /** Word for word; nearly, otherwise. */
  readonly isSame: boolean
}

/** In the order of the validation rows. */
export function findLeaks(
  training: readonly TrainingExample[],
  validation: readonly TrainingExample[],
): Leak[] {
  const groups = groupTexts([...training, ...validation].map(({ prompt }) => prompt))
  const firstOf = new Map<string, TrainingExample>()
  const firstLike = new Map<number, TrainingExample>()
  training.forEach((example, index) => {
    const [question, group] = [example.prompt.trim(), groups[index] ?? -1]
    if (!firstOf.has(question)) firstOf.set(question, example)
    if (!firstLike.has(group)) firstLike.set(group, example)
  })
  return validation.flatMap((example, index): Leak[] => {
    const same = firstOf.get(example.prompt.trim())
    const known = same ?? firstLike.get(groups[training.length + index] ?? -1)
    return known ? [{ validation: example, training: known, isSame: same !== undefined }] : []
  })
}
