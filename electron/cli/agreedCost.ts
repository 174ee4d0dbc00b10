/** Nothing that is billed starts from the command line before somebody has agreed to what it may cost. */
import { formatSmallMoney } from '../../shared/cost.ts'
import { hasTestEndpoint } from '../../shared/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import { formatHighestCost, type HighestCost } from '../../shared/evaluationEstimate.ts'
import { readBaseModelId } from '../../shared/trainingWay.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { getCandidate } from '../db/candidates.ts'
import { getVersion } from '../db/models.ts'
import type { Services } from '../services.ts'
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
  requireYes(t(`cli:evaluate.${key}`, { price }), hasAgreed)
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
  const shown = price && formatSmallMoney(price.perHour * count, price.currency, language())
  requireYes(
    shown ? t('cli:ask.cost', { count, price: shown }) : t('cli:ask.costUnknown', { count }),
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
  const shown = price && formatSmallMoney(price.perHour, price.currency, language())
  requireYes(
    shown
      ? t('cli:batch.cost', { instance, price: shown })
      : t('cli:batch.costUnknown', { instance }),
    hasAgreed,
  )
}

function requireYes(sentence: string, hasAgreed: boolean): void {
  if (!hasAgreed) throw new AppError('CostNotAgreed', sentence, { details: { cost: sentence } })
  process.stderr.write(`${sentence}\n`)
}
