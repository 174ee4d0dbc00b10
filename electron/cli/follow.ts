/** Following a version to the end of its last candidate. */
import { billedSentence, costSentence } from '../../shared/billed.ts'
import type { EventName, EventPayload } from '../../shared/contract.ts'
import type { CandidateCost } from '../../shared/cost.ts'
import { AppError } from '../../shared/errors.ts'
import { isTerminal, type ModelVersion } from '../../shared/model.ts'
import { getVersion } from '../db/models.ts'
import { listVersionCosts } from '../db/runCosts.ts'
import type { Services } from '../services.ts'
import type { CommandContext } from './commandContext.ts'
import { untilInterrupted } from './interruption.ts'
import { createProgressView } from './progressView.ts'

/** Hands the services' events to whoever waits for a version. */
export interface Follower {
  publish<N extends EventName>(event: N, payload: EventPayload<N>): void
  listen(listener: (version: ModelVersion) => void): () => void
}

export function createFollower(): Follower {
  const listeners = new Set<(version: ModelVersion) => void>()
  return {
    publish(event, payload) {
      if (event !== 'version.changed') return
      for (const listener of listeners) listener(payload as ModelVersion) // by the event's name
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/**
 * Shows progress until every candidate ended.
 * @throws AppError Cancelled on Ctrl-C: the jobs are left to the next start
 */
export async function follow(
  context: CommandContext,
  services: Services,
  started: ModelVersion,
  follower: Follower,
): Promise<ModelVersion> {
  const view = createProgressView(context, started)
  let unlisten: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    const onChange = (version: ModelVersion) => {
      if (version.id !== started.id) return
      view.show(version)
      if (version.candidates.every((candidate) => isTerminal(candidate.status))) resolve()
    }
    unlisten = follower.listen(onChange)
    onChange(getVersion(services.db, started.id))
  })
  try {
    await untilInterrupted(ended)
  } finally {
    unlisten()
    view.close()
  }
  const version = getVersion(services.db, started.id)
  if (!context.json)
    printBilled(context, version, services.language(), listVersionCosts(services.db, version.id))
  return version
}

/** Of what ran in an account, however it ended. */
export function printBilled(
  { t, print }: Pick<CommandContext, 't' | 'print'>,
  { candidates, workspaceId }: ModelVersion,
  language: string,
  costs: readonly CandidateCost[],
): void {
  for (const candidate of candidates) {
    const billed = billedSentence(candidate, workspaceId, language)
    if (billed)
      print(
        t('cli:run.billed', {
          name: candidate.baseModelName,
          billed: t(billed.key, billed.values),
        }),
      )
    const cost = costs.find(({ candidateId }) => candidateId === candidate.id)
    if (!cost) continue
    const { key, values } = costSentence(cost, language)
    print(t('cli:run.billed', { name: candidate.baseModelName, billed: t(key, values) }))
  }
}

/** @throws AppError TrainingFailed */
export function requireOneCompleted({ t }: CommandContext, version: ModelVersion): void {
  if (version.candidates.some((candidate) => candidate.status === 'Completed')) return
  const reason = version.candidates[0]?.failure?.message ?? t('cli:run.none')
  throw new AppError('TrainingFailed', reason, { details: { reason } })
}
