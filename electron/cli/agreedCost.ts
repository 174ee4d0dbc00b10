/** Nothing that is billed starts from the command line before somebody has agreed to what it may cost. */
import { AppError } from '../../shared/errors.ts'
import { formatHighestCost, type HighestCost } from '../../shared/evaluationEstimate.ts'
import type { CommandContext } from './commandContext.ts'

/**
 * Says the cost on stderr, so that stdout stays what scripts read.
 * @param cost null: nothing is paid
 * @throws AppError CostNotAgreed
 */
export function requireAgreement(
  { t }: Pick<CommandContext, 't'>,
  cost: HighestCost | null,
  language: string,
  hasAgreed: boolean,
): void {
  if (cost === null) return
  const price = formatHighestCost(cost, language)
  const key = price === '' ? 'costUnknown' : cost.isWhole ? 'cost' : 'costPartly'
  const sentence = t(`cli:evaluate.${key}`, { price })
  if (!hasAgreed) throw new AppError('CostNotAgreed', sentence, { details: { cost: sentence } })
  process.stderr.write(`${sentence}\n`)
}
