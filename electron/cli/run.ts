/** `timbre run`: from a CSV file to a leaderboard. */
import path from 'node:path'
import type { EventName, EventPayload } from '../../shared/contract.ts'
import { AppError } from '../../shared/errors.ts'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import { isTerminal, type FineTuneRequest, type ModelVersion } from '../../shared/model.ts'
import { getVersion } from '../db/models.ts'
import type { Services } from '../services.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { printLeaderboard } from './leaderboard.ts'
import { createProgressView } from './progressView.ts'

export interface RunRequest {
  readonly data: string
  readonly input: string
  readonly output: string
  readonly models: readonly string[]
  readonly name?: string
  readonly validationFraction: number
  readonly hyperparameters: Readonly<Record<string, string>>
}

export interface RunResult {
  readonly version: ModelVersion
  readonly leaderboard: readonly LeaderboardEntry[]
}

/** @throws AppError TrainingFailed when no candidate completed */
export async function run(context: CommandContext, request: RunRequest): Promise<void> {
  const follower = createFollower()
  await withServices(
    context,
    async (services) => {
      const result = await train(context, services, request, follower)
      if (context.json) {
        context.print(
          JSON.stringify({
            modelId: result.version.modelId,
            versionId: result.version.id,
            candidates: result.version.candidates.map(({ id, baseModelId, status, failure }) => ({
              id,
              baseModelId,
              status,
              failure,
            })),
            leaderboard: result.leaderboard,
          }),
        )
      } else {
        printLeaderboard(context, result.leaderboard)
      }
      requireOneCompleted(context, result)
    },
    follower.publish,
  )
}

export function requireOneCompleted({ t }: CommandContext, result: RunResult): void {
  if (result.version.candidates.some((candidate) => candidate.status === 'Completed')) return
  const reason = result.version.candidates[0]?.failure?.message ?? t('cli:run.none')
  throw new AppError('TrainingFailed', reason, { details: { reason } })
}

export type Follower = ReturnType<typeof createFollower>

/** Hands the services' events to whoever waits for a version. */
export function createFollower() {
  const listeners = new Set<(version: ModelVersion) => void>()
  return {
    listeners,
    publish<N extends EventName>(event: N, payload: EventPayload<N>): void {
      if (event !== 'version.changed') return
      for (const listener of listeners) listener(payload as ModelVersion) // by the event's name
    },
  }
}

export async function train(
  context: CommandContext,
  services: Services,
  request: RunRequest,
  follower: Follower,
): Promise<RunResult> {
  const { t } = context
  const say = context.json ? () => undefined : context.print
  let dataset = await services.datasets.import(request.data)
  say(t('cli:run.imported', { name: dataset.name, rows: dataset.scan.rowCount }))
  const fixable = dataset.scan.findings.filter((finding) => finding.fixable)
  if (fixable.length > 0) {
    dataset = await services.datasets.fix(
      dataset.id,
      fixable.map((finding) => finding.code),
    )
    const fixes = dataset.appliedFixes.map((fix) =>
      t(`findings:${fix.code}.done`, { count: fix.count }),
    )
    say(t('cli:run.fixed', { fixes: fixes.join('; ') }))
  }
  await services.engine.start()
  const name = request.name ?? `${path.parse(request.data).name} ${timestamp(new Date())}`
  const fineTune: FineTuneRequest = {
    modelId: null,
    name,
    problemType: 'fine-tune-foundation-model',
    datasetId: dataset.id,
    columns: { question: request.input, answer: request.output },
    validationFraction: request.validationFraction,
    splitSeed: 1,
    candidates: request.models.map((baseModelId) => ({
      baseModelId,
      hyperparameters: { ...request.hyperparameters },
    })),
  }
  const started = await services.startVersion(fineTune)
  say(
    t('cli:run.rows', {
      training: started.trainingRowCount,
      validation: started.validationRowCount,
    }),
  )
  const version = await follow(context, services, started, follower)
  return { version, leaderboard: services.leaderboard(version.id) }
}

/** Until every candidate ended. Ctrl-C leaves the jobs to the next start. */
async function follow(
  context: CommandContext,
  services: Services,
  started: ModelVersion,
  follower: Follower,
): Promise<ModelVersion> {
  const view = createProgressView(context, started)
  let interrupted: () => void = () => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      interrupted = () => reject(new AppError('Cancelled', context.t('cli:run.interrupted')))
      process.once('SIGINT', interrupted)
      const onChange = (version: ModelVersion) => {
        if (version.id !== started.id) return
        view.show(version)
        if (version.candidates.every((candidate) => isTerminal(candidate.status))) resolve()
      }
      follower.listeners.add(onChange)
      onChange(getVersion(services.db, started.id))
    })
  } finally {
    process.removeListener('SIGINT', interrupted)
    follower.listeners.clear()
    view.close()
  }
  return getVersion(services.db, started.id)
}

/** Characters that a model's name may have. */
function timestamp(date: Date): string {
  return date.toISOString().slice(0, 19).replace(/[:]/g, '.').replace('T', ' ')
}
