/** What AWS billed for a training, in a sentence: the same for window and command line. */
import { formatSmallMoney, type CandidateCost } from './cost.ts'
import { formatDuration } from './duration.ts'
import type { Sentence } from './evaluationSentences.ts'
import { isTerminal, type Candidate } from './model.ts'
import { localWorkspaceId } from './workspace.ts'

/** Of all its machines together; null where AWS bills otherwise, or did not say. */
export function secondsBilled({ billed }: Pick<Candidate, 'billed'>): number | null {
  return billed?.unit === 'seconds' ? billed.amount : null
}

/** What it comes to, at the prices of its start. */
export function costSentence(
  { amount, currency, isEnded }: Omit<CandidateCost, 'candidateId'>,
  language: string,
): Sentence {
  return {
    key: isEnded ? 'analysis:billed.cost' : 'analysis:billed.costSoFar',
    values: { cost: formatSmallMoney(amount, currency, language) },
  }
}

/** What totalCost gives. */
export function totalCostSentence(
  { amount, currency, isEnded }: Omit<CandidateCost, 'candidateId'>,
  language: string,
): Sentence {
  return {
    key: isEnded ? 'analysis:billed.inAll' : 'analysis:billed.inAllSoFar',
    values: { cost: formatSmallMoney(amount, currency, language) },
  }
}

/** Of all candidates together; null where nothing was counted. */
export function totalCost(
  costs: readonly CandidateCost[],
): Omit<CandidateCost, 'candidateId'> | null {
  const [first] = costs
  if (!first) return null
  return {
    currency: first.currency,
    amount: costs.reduce((sum, { amount }) => sum + amount, 0),
    isEnded: costs.every(({ isEnded }) => isEnded),
  }
}

/** Null on this computer, before the end, and where no job was made. */
export function billedSentence(
  { status, trainingJobArn, billed }: Pick<Candidate, 'status' | 'trainingJobArn' | 'billed'>,
  workspaceId: string,
  language: string,
): Sentence | null {
  if (workspaceId === localWorkspaceId || !isTerminal(status) || trainingJobArn === null)
    return null
  if (billed === null) return { key: 'analysis:billed.unknown', values: {} }
  const { unit, amount } = billed
  return unit === 'seconds'
    ? { key: 'analysis:billed.time', values: { time: formatDuration(amount) } }
    : {
        key: 'analysis:billed.tokens',
        values: { tokens: new Intl.NumberFormat(language).format(amount) },
      }
}
