/** Nothing that is billed starts from the command line before somebody has agreed to what it may cost. */
import { formatPrice, formatPrices, type Price } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import {
  formatHighestCost,
  highestCost,
  type EvaluationEstimate,
} from '../../shared/evaluationEstimate.ts'
import type { AnswerSide } from '../../shared/playground.ts'
import { reckonedPriceSentences, reckoningOfEstimate } from '../../shared/reckonedPriceSentences.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { getCandidate } from '../db/candidates.ts'
import { getVersion } from '../db/models.ts'
import type { Services } from '../services.ts'
import type { CommandContext } from './commandContext.ts'

/**
 * Says the cost of a report on stderr, so that stdout stays what scripts read.
 * @throws AppError CostNotAgreed
 */
export function requireAgreement(
  { t }: Pick<CommandContext, 't'>,
  estimate: EvaluationEstimate,
  language: string,
  hasAgreed: boolean,
): void {
  const cost = highestCost(estimate)
  if (cost === null) return
  const price = formatHighestCost(cost, language)
  const key = price === '' ? 'costUnknown' : cost.isWhole ? 'cost' : 'costPartly'
  const reckoning = reckoningOfEstimate(estimate, language)
  requireYes(
    [t(`cli:evaluate.${key}`, { price }), ...reckoning.map((one) => t(one.key, one.values))].join(
      '\n',
    ),
    hasAgreed,
  )
}

/**
 * Of models of an account that would answer from endpoints which do not run yet.
 * @throws AppError CostNotAgreed
 */
export async function requireEndpointAgreement(
  { t }: Pick<CommandContext, 't'>,
  { use, language }: Pick<Services, 'use' | 'language'>,
  candidateId: string,
  sides: readonly AnswerSide[],
  hasAgreed: boolean,
): Promise<void> {
  const starting = await use.startPrice(sides.map((side) => ({ candidateId, side })))
  const count = starting.length
  if (count === 0) return
  const prices = starting.flatMap(({ price }) => price ?? [])
  const shown = prices.length === count ? formatPrices(prices, language()) : null
  requireYes(
    [
      shown ? t('cli:ask.cost', { count, price: shown }) : t('cli:ask.costUnknown', { count }),
      ...starting.flatMap(({ price, instanceType }) =>
        reckoningOf(t, price, instanceType, language()),
      ),
    ].join('\n'),
    hasAgreed,
  )
}

/** Of a transform job on such a machine. @throws AppError CostNotAgreed */
export async function requireTransformAgreement(
  { t }: Pick<CommandContext, 't'>,
  { db, use, language }: Pick<Services, 'db' | 'use' | 'language'>,
  candidateId: string,
  instance: string,
  hasAgreed: boolean,
): Promise<void> {
  const { workspaceId } = getVersion(db, getCandidate(db, candidateId).versionId)
  if (workspaceId === localWorkspaceId) return
  const price = await use.priceOf(workspaceId, instance)
  const shown = price && formatPrice(price, 1, language())
  requireYes(
    [
      shown
        ? t('cli:batch.cost', { instance, price: shown })
        : t('cli:batch.costUnknown', { instance }),
      ...reckoningOf(t, price, instance, language()),
    ].join('\n'),
    hasAgreed,
  )
}

function reckoningOf(
  t: CommandContext['t'],
  price: Price | null,
  instanceType: string,
  language: string,
): string[] {
  const region = price?.reckonedIn ?? null
  if (region === null) return []
  return reckonedPriceSentences(region, instanceType, language).map(({ key, values }) =>
    t(key, values),
  )
}

function requireYes(sentence: string, hasAgreed: boolean): void {
  if (!hasAgreed) throw new AppError('CostNotAgreed', sentence, { details: { cost: sentence } })
  process.stderr.write(`${sentence}\n`)
}
