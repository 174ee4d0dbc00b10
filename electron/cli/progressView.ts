/** Progress of a version: bars on a terminal, now and then a line elsewhere. */
import { MultiBar, Presets, type SingleBar } from 'cli-progress'
import { isTerminal, type Candidate, type ModelVersion } from '../../shared/model.ts'
import { AppError } from '../../shared/errors.ts'
import { describeError, type Translate } from '../translate.ts'
import type { CommandContext } from './commandContext.ts'

export interface ProgressView {
  show(version: ModelVersion): void
  close(): void
}

/** Without a terminal, a line at every tenth of the way. */
const lineEvery = 0.1
const nameWidth = 32

export function createProgressView(context: CommandContext, version: ModelVersion): ProgressView {
  if (context.json) return { show: () => undefined, close: () => undefined }
  return process.stdout.isTTY ? barView(context, version) : lineView(context)
}

function barView({ t }: CommandContext, version: ModelVersion): ProgressView {
  const bars = new MultiBar(
    { format: '{name} {bar} {percentage}% {state}', hideCursor: true, clearOnComplete: false },
    Presets.shades_classic,
  )
  const barOf = new Map<string, SingleBar>()
  for (const candidate of version.candidates) {
    const name = candidate.baseModelName.padEnd(nameWidth)
    barOf.set(candidate.id, bars.create(100, 0, { name, state: t('cli:run.waiting') }))
  }
  return {
    show(changed) {
      for (const candidate of changed.candidates) {
        barOf.get(candidate.id)?.update(percentOf(candidate), { state: stateOf(t, candidate) })
      }
    },
    close: () => bars.stop(),
  }
}

function lineView({ t, print }: CommandContext): ProgressView {
  const shown = new Map<string, number>()
  return {
    show(version) {
      for (const candidate of version.candidates) {
        const last = shown.get(candidate.id) ?? -1
        if (last === Number.POSITIVE_INFINITY) continue
        if (isTerminal(candidate.status)) {
          shown.set(candidate.id, Number.POSITIVE_INFINITY)
          print(
            t('cli:run.ended', { name: candidate.baseModelName, status: stateOf(t, candidate) }),
          )
          continue
        }
        const tenth = Math.floor(percentOf(candidate) / (100 * lineEvery))
        if (candidate.progress === null || tenth <= last) continue
        shown.set(candidate.id, tenth)
        print(`${candidate.baseModelName}  ${percentOf(candidate)} %  ${stateOf(t, candidate)}`)
      }
    },
    close: () => undefined,
  }
}

function percentOf(candidate: Candidate): number {
  if (candidate.status === 'Completed') return 100
  const { progress } = candidate
  if (!progress || progress.totalSteps === 0) return 0
  return Math.min(100, Math.round((100 * progress.step) / progress.totalSteps))
}

function stateOf(t: Translate, candidate: Candidate): string {
  const status = t(`cli:status.${candidate.status}`)
  if (candidate.failure) {
    return `${status}: ${describeError(t, AppError.fromData(candidate.failure))}`
  }
  if (isTerminal(candidate.status)) return status
  const left = candidate.progress?.secondsLeft
  return [
    candidate.secondaryStatus ? t(`cli:status.${candidate.secondaryStatus}`) : status,
    left === null || left === undefined ? '' : t('cli:run.left', { seconds: left }),
  ]
    .filter((part) => part !== '')
    .join('  ')
}
