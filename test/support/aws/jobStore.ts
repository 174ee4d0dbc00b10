/** The account's jobs: each created once by its name, and from then on a function of time. */
import { createHash } from 'node:crypto'
import { isEnd, phasesUntil, type Phase, type Scenario, type Timeline } from './timeline.ts'

export type JobKind = 'training' | 'autoML' | 'customization'

export interface DoubleJob {
  readonly kind: JobKind
  readonly name: string
  readonly arn: string
  readonly input: Readonly<Record<string, unknown>>
  readonly createdAtMs: number
  readonly timeline: Timeline
  readonly scenario: Scenario
  readonly plannedSteps: number
  readonly epochs: number
  /** What it was given to learn from: read when it was created. */
  readonly rowCount: number
  /** Of a customization: its own id; of an AutoML job: its training job's name. */
  readonly innerId: string
  stoppedAtMs: number | null
}

export interface JobState {
  readonly phases: readonly Phase[]
  readonly current: Phase
  readonly elapsedMs: number
  readonly step: number
  readonly endedAtMs: number | null
  readonly trainingStartedAtMs: number | null
  readonly trainingSeconds: number
}

export interface JobStore {
  readonly all: readonly DoubleJob[]
  add(job: DoubleJob): void
  find(kind: JobKind, name: string): DoubleJob | undefined
  /** What the next job whose name, base model or data holds the word comes to. */
  plan(word: string, scenario: Scenario): void
  scenarioFor(words: readonly string[]): Scenario
}

export function createJobStore(): JobStore {
  const jobs: DoubleJob[] = []
  const plans: { readonly word: string; readonly scenario: Scenario }[] = []
  return {
    all: jobs,
    add: (job) => void jobs.push(job),
    find: (kind, name) => jobs.find((job) => job.kind === kind && job.name === name),
    plan: (word, scenario) => void plans.unshift({ word, scenario }),
    scenarioFor: (words) =>
      plans.find(({ word }) => words.some((text) => text.includes(word)))?.scenario ?? 'completes',
  }
}

export function stateOf(job: DoubleJob, nowMs: number): JobState {
  const elapsedMs = Math.max(0, nowMs - job.createdAtMs)
  const stoppedAfterMs = job.stoppedAtMs === null ? null : job.stoppedAtMs - job.createdAtMs
  const phases = phasesUntil(job.timeline, elapsedMs, stoppedAfterMs)
  const current = phases.at(-1) as Phase // the first phase begins at 0
  const { fromMs, toMs } = job.timeline.training
  const ended = isEnd(current)
  const lastMs = ended ? current.fromMs : elapsedMs
  const trained = Math.min(Math.min(lastMs, stoppedAfterMs ?? Infinity), toMs) - fromMs
  const span = Math.max(1, toMs - fromMs)
  const share = Math.max(0, Math.min(1, trained / span)) * job.timeline.share
  return {
    phases,
    current,
    elapsedMs,
    step: Math.floor(share * job.plannedSteps),
    endedAtMs: ended ? job.createdAtMs + current.fromMs : null,
    trainingStartedAtMs:
      elapsedMs >= fromMs && phases.some(({ secondary }) => secondary === 'Training')
        ? job.createdAtMs + fromMs
        : null,
    trainingSeconds: Math.max(0, Math.round(trained / 1000)),
  }
}

/** A loss that falls and levels out, with a little noise; the same for the same job and step. */
export function lossAt(job: DoubleJob, step: number, kind: 'train' | 'eval'): number {
  const progress = step / Math.max(1, job.plannedSteps)
  const floor = kind === 'train' ? 0.9 : 1.05
  const noise = kind === 'train' ? (unit(`${job.name}/${step}`) - 0.5) * 0.08 : 0
  return floor + 1.6 * Math.exp(-3.5 * progress) + noise
}

/** 0 to 1, by the text alone. */
function unit(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 0xffffffff
}

export function digestId(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
