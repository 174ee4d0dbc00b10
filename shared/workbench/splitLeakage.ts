/** Validation questions that are also trained on, as a finding, and the way to divide rows that keeps them apart. */
import type { Finding } from '../dataset.ts'
import type { SplitChoice, SplitPlan } from './splitChoice.ts'
import type { SplitPreview } from './splitPlan.ts'

const shownCharacters = 200

/** Null where no question stands on both sides. */
export function leakageFinding(preview: SplitPreview, plan: SplitPlan): Finding | null {
  const { same, similar, isAvoidable, examples } = preview.leakage
  const count = same + similar
  if (count === 0) return null
  return {
    code: 'split-leakage',
    severity: 'warning',
    count,
    fixable: isAvoidable,
    examples: examples.flatMap(({ validation, training, row, line }) =>
      line === null
        ? []
        : {
            line,
            // A validation file has rows of its own.
            row: plan.kind === 'file' ? null : row,
            column: null,
            before: validation.slice(0, shownCharacters),
            after: training.slice(0, shownCharacters),
          },
    ),
  }
}

/**
 * The same share, with no question on both sides. Where all questions are alike there is no such way for random rows:
 * kept together they stand on one side, and left out none is left to check with.
 */
export function withoutLeakage(choice: SplitChoice): SplitChoice {
  const { split } = choice
  if (split.kind === 'random') return { ...choice, split: { kind: 'similar' } }
  return { ...choice, split: { ...split, withoutLeaked: true } }
}
