/** How a job goes on by itself: a list of phases, each with its statuses; where it is now is a function of time alone. */

export interface Phase {
  /** Since the job was created, milliseconds of the double's time. */
  readonly fromMs: number
  readonly status: 'InProgress' | 'Completed' | 'Failed' | 'Stopped' | 'Stopping'
  readonly secondary: string
  readonly message: string
}

/** What a test wants a job to come to. */
export const scenarios = [
  'completes',
  /** No machine is free; a retry is up to the user. */
  'capacityError',
  /** The execution role may not read the data. */
  'accessDenied',
  'outOfMemory',
  'badData',
  /** A spot machine is taken away once, and the job goes on from its checkpoint. */
  'interrupted',
  'runtimeExceeded',
  'internalError',
] as const
export type Scenario = (typeof scenarios)[number]

export interface Timeline {
  readonly phases: readonly Phase[]
  readonly failureReason: string | null
  /** When steps are made. */
  readonly training: { readonly fromMs: number; readonly toMs: number }
  /** The share of the steps that is made before the end. */
  readonly share: number
}

const second = 1000
const startingMs = 40 * second
const downloadingMs = 60 * second
const uploadingMs = 30 * second

const reasons: Readonly<Partial<Record<Scenario, string>>> = {
  capacityError:
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.',
  accessDenied:
    'ClientError: Data download failed:Failed to download data. Access denied (403) when calling the GetObject operation: the execution role is not authorized to perform s3:GetObject on the training data.',
  outOfMemory:
    'AlgorithmError: ExecuteUserScriptError: ExitCode 1 ErrorMessage "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 172.00 MiB (GPU 0; 22.20 GiB total capacity)", exit code: 1',
  badData:
    'AlgorithmError: ExecuteUserScriptError: ExitCode 1 ErrorMessage "KeyError: \'completion\'", exit code: 1',
  internalError: 'InternalServerError: We encountered an internal error. Please try again.',
}

export function reasonOf(scenario: Scenario): string | null {
  return reasons[scenario] ?? null
}

/** @param reason of a job whose data was found wanting; goes before the scenario's own */
export function trainingTimeline(
  scenario: Scenario,
  trainingMs: number,
  reason: string | null = reasonOf(scenario),
): Timeline {
  const starting: Phase = phase(0, 'InProgress', 'Starting', 'Starting the training job')
  const downloading = phase(startingMs, 'InProgress', 'Downloading', 'Downloading input data')
  const begin = startingMs + downloadingMs
  const training = phase(
    begin,
    'InProgress',
    'Training',
    'Training image download completed. Training in progress.',
  )
  const failed = (atMs: number, before: readonly Phase[], share: number): Timeline => ({
    phases: [...before, phase(atMs, 'Failed', 'Failed', 'Training job failed')],
    failureReason: reason,
    training: { fromMs: begin, toMs: Math.max(begin, atMs) },
    share,
  })
  const end = begin + trainingMs
  const uploading = phase(end, 'InProgress', 'Uploading', 'Uploading generated training model')
  const completed = phase(end + uploadingMs, 'Completed', 'Completed', 'Training job completed')
  switch (scenario) {
    case 'capacityError':
      return failed(
        3 * 60 * second,
        [
          starting,
          phase(
            startingMs,
            'InProgress',
            'Pending',
            'Insufficient EC2 capacity; SageMaker is retrying',
          ),
        ],
        0,
      )
    case 'accessDenied':
      return failed(startingMs + 20 * second, [starting, downloading], 0)
    case 'outOfMemory':
      return failed(begin + trainingMs * 0.4, [starting, downloading, training], 0.4)
    case 'badData':
      return failed(begin + Math.min(20 * second, trainingMs), [starting, downloading, training], 0)
    case 'internalError':
      return failed(begin + trainingMs * 0.7, [starting, downloading, training], 0.7)
    case 'interrupted': {
      const lost = begin + trainingMs * 0.5
      const pause = 2 * 60 * second
      return {
        phases: [
          starting,
          downloading,
          training,
          phase(
            lost,
            'InProgress',
            'Interrupted',
            'Training job interrupted: the Spot instance was reclaimed',
          ),
          phase(lost + pause / 2, 'InProgress', 'Restarting', 'Restarting the training job'),
          phase(lost + pause, 'InProgress', 'Training', 'Training in progress.'),
          { ...uploading, fromMs: uploading.fromMs + pause },
          { ...completed, fromMs: completed.fromMs + pause },
        ],
        failureReason: null,
        training: { fromMs: begin, toMs: end + pause },
        share: 1,
      }
    }
    case 'runtimeExceeded':
      return {
        phases: [
          starting,
          downloading,
          training,
          phase(begin + trainingMs * 0.8, 'Stopping', 'Stopping', 'Stopping the training job'),
          phase(
            begin + trainingMs * 0.8 + uploadingMs,
            'Stopped',
            'MaxRuntimeExceeded',
            'Maximum runtime exceeded',
          ),
        ],
        failureReason: null,
        training: { fromMs: begin, toMs: begin + trainingMs * 0.8 },
        share: 0.8,
      }
    case 'completes':
      return {
        phases: [starting, downloading, training, uploading, completed],
        failureReason: null,
        training: { fromMs: begin, toMs: end },
        share: 1,
      }
  }
}

function phase(fromMs: number, status: Phase['status'], secondary: string, message: string): Phase {
  return { fromMs, status, secondary, message }
}

/** After a stop was asked for: 20 s of Stopping, unless the job had ended by itself. */
export const stoppingMs = 20 * second

export function phasesUntil(
  { phases }: Timeline,
  elapsedMs: number,
  stoppedAfterMs: number | null,
): Phase[] {
  const own = phases.filter(
    ({ fromMs }) => fromMs <= elapsedMs && (stoppedAfterMs === null || fromMs <= stoppedAfterMs),
  )
  if (stoppedAfterMs === null || isEnd(own.at(-1))) return own
  return [
    ...own,
    phase(stoppedAfterMs, 'Stopping', 'Stopping', 'Stopping the training job'),
    ...(elapsedMs >= stoppedAfterMs + stoppingMs
      ? [phase(stoppedAfterMs + stoppingMs, 'Stopped', 'Stopped', 'Training job stopped')]
      : []),
  ]
}

export function isEnd(current: Phase | undefined): boolean {
  return current !== undefined && current.status !== 'InProgress' && current.status !== 'Stopping'
}

export function endOf({ phases }: Timeline): number {
  return phases.at(-1)?.fromMs ?? 0
}
