/** `timbre run`: from a CSV file to a leaderboard. */
import path from 'node:path'
import { z } from 'zod'
import { safeRepairs } from '../../shared/dataset.ts'
import { AppError } from '../../shared/errors.ts'
import type { LeaderboardEntry } from '../../shared/leaderboard.ts'
import {
  fineTuneRequestSchema,
  type FineTuneRequest,
  type ModelVersion,
} from '../../shared/model.ts'
import { formatDuration, formatSecondsRange } from '../../shared/duration.ts'
import { inputTemplateOf } from '../../shared/inputTemplate.ts'
import { splitSeed, type SplitPlan } from '../../shared/workbench/splitChoice.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import type { Services } from '../services.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import type { FileDivision } from './division.ts'
import { createFollower, follow, requireOneCompleted, type Follower } from './follow.ts'
import { printResult } from './leaderboard.ts'

export interface RunRequest {
  readonly data: string
  readonly input: string
  readonly output: string
  readonly models: readonly string[]
  readonly name?: string
  /** Columns that stand above the question, in this order. */
  readonly context?: readonly string[]
  readonly division: FileDivision
  readonly hyperparameters: Readonly<Record<string, string>>
  /** Answered at every evaluation; some are picked when there are none. */
  readonly prompts?: readonly string[]
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
      const { version, leaderboard } = await train(context, services, request, follower)
      printResult(context, version, leaderboard)
      requireOneCompleted(context, version)
    },
    follower.publish,
  )
}

export async function train(
  context: CommandContext,
  services: Services,
  request: RunRequest,
  follower: Follower,
): Promise<RunResult> {
  const { t } = context
  const say = context.json ? () => undefined : context.print
  const inputTemplate = inputTemplateOf(request.input, request.context ?? [])
  // Before anything is imported, so that a typo leaves nothing behind.
  const fineTune = requireValid({
    workspaceId: localWorkspaceId,
    modelId: null,
    name: request.name ?? defaultName(request.data, new Date()),
    problemType: 'fine-tune-foundation-model',
    datasetId: '',
    columns: {
      question: request.input,
      answer: request.output,
      ...(inputTemplate !== undefined && { inputTemplate }),
    },
    validationFraction: request.division.validationFraction,
    splitSeed,
    samplePrompts: [...(request.prompts ?? [])],
    candidates: request.models.map((baseModelId) => ({
      baseModelId,
      hyperparameters: { ...request.hyperparameters },
    })),
  })
  let dataset = await services.datasets.import(request.data)
  requireColumns(dataset.scan.columns, request.context ?? [])
  say(t('cli:run.imported', { name: dataset.name, rows: dataset.scan.rowCount }))
  const repairs = safeRepairs(dataset.scan.findings)
  if (repairs.length > 0) {
    dataset = await services.datasets.fix(dataset.id, repairs)
    const fixes = dataset.appliedFixes.map((fix) =>
      t(`findings:${fix.code}.done`, { count: fix.count }),
    )
    say(t('cli:run.fixed', { fixes: fixes.join('; ') }))
  }
  await services.engine.start()
  const split = await splitOf(services, request.division.split)
  const fineTuneRequest = { ...fineTune, datasetId: dataset.id, split }
  if (!context.json) await printEstimates(context, services, fineTuneRequest)
  const started = await services.startVersion(fineTuneRequest)
  say(
    t('cli:run.rows', {
      training: started.trainingRowCount,
      validation: started.validationRowCount,
    }),
  )
  const version = await follow(context, services, started, follower)
  if (!context.json) printTimes(context, services, version)
  return { version, leaderboard: services.leaderboard(version.id) }
}

/** @throws AppError of an import */
async function splitOf(services: Services, split: SplitPlan): Promise<SplitPlan> {
  if (split.kind !== 'file') return split
  const { id } = await services.datasets.import(split.datasetId, { reuse: true })
  return { kind: 'file', datasetId: id, ...(split.withoutLeaked && { withoutLeaked: true }) }
}

/** A name that is no column would stay in every prompt as text. @throws AppError ColumnNotFound */
function requireColumns(columns: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.find((column) => !columns.includes(column))
  if (missing === undefined) return
  throw new AppError('ColumnNotFound', `There is no column ${missing}`, {
    details: { column: missing, columns: columns.join(', ') },
  })
}

async function printEstimates(
  { t, print }: CommandContext,
  services: Services,
  request: FineTuneRequest,
): Promise<void> {
  for (const { baseModelId, estimate } of await services.estimateVersion(request))
    if (estimate?.seconds)
      print(
        t('cli:run.estimate', {
          name: baseModelId,
          time: formatSecondsRange(estimate.seconds, services.language()),
          memory: `${(estimate.memoryBytes / 1e9).toFixed(1)} GB`,
        }),
      )
}

/** What was said before the start, and what it took. */
function printTimes({ t, print }: CommandContext, services: Services, version: ModelVersion): void {
  for (const candidate of version.candidates) {
    const { estimatedSeconds, startedAtMs, endedAtMs } = candidate
    if (candidate.status !== 'Completed' || !estimatedSeconds) continue
    if (startedAtMs === null || endedAtMs === null) continue
    print(
      t('cli:run.took', {
        name: candidate.baseModelName,
        estimate: formatSecondsRange(estimatedSeconds, services.language()),
        time: formatDuration((endedAtMs - startedAtMs) / 1000),
      }),
    )
  }
}

/** @throws AppError NameInvalid, InvalidRequest */
function requireValid(fineTune: FineTuneRequest): FineTuneRequest {
  const parsed = fineTuneRequestSchema.safeParse(fineTune)
  if (parsed.success) return parsed.data
  const isName = parsed.error.issues.some((issue) => issue.path[0] === 'name')
  const message = z.prettifyError(parsed.error)
  throw new AppError(isName ? 'NameInvalid' : 'InvalidRequest', message, {
    details: { message, name: fineTune.name },
  })
}

/** After the file and the moment, with the characters that a model's name may have. */
function defaultName(file: string, date: Date): string {
  const moment = date.toISOString().slice(0, 19).replaceAll(':', '.').replace('T', ' ')
  const stem = path
    .parse(file)
    .name.replace(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 60 - moment.length - 1)
    .trim()
  return `${stem} ${moment}`.trim()
}
