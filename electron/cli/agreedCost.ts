/** Nothing that is billed starts from the command line before somebody has agreed to what it may cost. */
import { formatPrice, hasTestEndpoint, type Price } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import {
  formatHighestCost,
  highestCost,
  type EvaluationEstimate,
} from '../../shared/evaluationEstimate.ts'
import { reckonedPriceSentences, reckoningOfEstimate } from '../../shared/reckonedPriceSentences.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
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
 * Of a model of an account that would answer from an endpoint which does not run yet.
 * @param sides how many models answer; a base model's machine counts as its candidate's
 * @throws AppError CostNotAgreed
 */
export async function requireEndpointAgreement(
  { t }: Pick<CommandContext, 't'>,
  { db, use, language }: Pick<Services, 'db' | 'use' | 'language'>,
  candidateId: string,
  sides: number,
  hasAgreed: boolean,
): Promise<void> {
  const { versionId, baseModelId } = getCandidate(db, candidateId)
  const { workspaceId } = getVersion(db, versionId)
  // Bedrock answers without one, by the token.
  if (workspaceId === localWorkspaceId || readBaseModelId(baseModelId).way === 'bedrock') return
  const count = sides - (hasTestEndpoint(use.endpoints.state().endpoints, candidateId) ? 1 : 0)
  if (count === 0) return
  const { instanceType } = await use.deployments.defaults(candidateId)
  const price = await use.priceOf(workspaceId, instanceType)
  const shown = price && formatPrice(price, count, language())
  requireYes(
    [
      shown ? t('cli:ask.cost', { count, price: shown }) : t('cli:ask.costUnknown', { count }),
      ...reckoningOf(t, price, instanceType, language()),
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
