/**
 * One look at an account's jobs: a list first, which tells what changed; then those that changed are described, the one
 * that somebody looks at has its log read, and the others' logs take turns with what is left of the budget.
 */
import type { Candidate } from '../../shared/model.ts'
import { listAutoMLJobs, listTrainingJobs, type ListedJob } from '../aws/jobLists.ts'
import type { Connection } from '../aws/workspace.ts'
import type { AccountPace } from './accountPace.ts'

export interface AccountFollower {
  /**
   * @param running candidates whose job was created
   * @param follow describes one and reads its log; false: the budget ended before it was through
   */
  look(connection: Connection, running: readonly Candidate[], follow: Follow): Promise<void>
}

export type Follow = (candidate: Candidate) => Promise<boolean>

export interface AccountFollowerOptions {
  readonly pace: AccountPace
  readonly now: () => number
  readonly isWatched: (candidateId: string) => boolean
}

/** Every name that Timbre makes begins so. */
const ownJobs = 'timbre-'
/** Describing, and a page of the log. */
const callsToFollow = 2
/** What the next look at a job that somebody watches will take. */
const callsToKeep = 4
/** Lists tell of everything, so that fewer of them are needed than looks at one job. */
const listIntervalMs = 28_000
/** Looks overlap by this much: a list may come a little late. */
const overlapMs = 60_000
/** A job that did not change and that nobody looks at has its log read this often. */
const quietLogIntervalMs = 120_000
/** Jobs of other people may stand in between. */
const mostListed = 300

export function createAccountFollower({
  pace,
  isWatched,
  now,
}: AccountFollowerOptions): AccountFollower {
  /** By job name: when it had changed last, as far as it was followed since. */
  const followed = new Map<string, number>()
  const followedAt = new Map<string, number>()
  const changed = new Map<string, number>()
  /** By AWS's clock: this computer's may be wrong. */
  let newestMs: number | null = null
  let listedAtMs = Number.NEGATIVE_INFINITY

  async function list(connection: Connection, running: readonly Candidate[]): Promise<void> {
    const request = {
      nameContains: ownJobs,
      changedAfterMs: newestMs === null ? null : newestMs - overlapMs,
      most: mostListed,
    }
    const listed: ListedJob[] = []
    if (running.some(isTraining))
      listed.push(...(await listTrainingJobs(connection.clients, request)))
    if (running.some(isAutoML)) listed.push(...(await listAutoMLJobs(connection.clients, request)))
    for (const { jobName, changedAtMs } of listed) {
      newestMs = Math.max(newestMs ?? 0, changedAtMs)
      if (followed.get(jobName) !== changedAtMs) changed.set(jobName, changedAtMs)
    }
  }

  /** Those that are looked at, then those that changed, then those that were not followed for the longest. */
  function inTurn(running: readonly Candidate[]): Candidate[] {
    const rank = ({ id, trainingJobName }: Candidate) =>
      isWatched(id) ? 0 : changed.has(trainingJobName) ? 1 : 2
    const last = ({ trainingJobName }: Candidate) =>
      followedAt.get(trainingJobName) ?? Number.NEGATIVE_INFINITY
    return running
      .filter(
        (candidate) =>
          rank(candidate) < 2 || now() - last(candidate) >= pace.scaled(quietLogIntervalMs),
      )
      .toSorted((a, b) => rank(a) - rank(b) || last(a) - last(b))
  }

  return {
    async look(connection, running, follow) {
      if (now() - listedAtMs >= pace.scaled(listIntervalMs)) {
        await list(connection, running)
        listedAtMs = now()
      }
      const kept = running.some(({ id }) => isWatched(id)) ? callsToKeep : 0
      for (const candidate of inTurn(running)) {
        const needed = callsToFollow + (isWatched(candidate.id) ? 0 : kept)
        if (!pace.hasRoomFor(needed)) return
        const { trainingJobName: name } = candidate
        const changedAtMs = changed.get(name)
        followedAt.set(name, now())
        if (!(await follow(candidate))) return
        if (changedAtMs !== undefined) {
          followed.set(name, changedAtMs)
          changed.delete(name)
        }
      }
    },
  }
}

/** As its ARN says, once there is one. */
function isAutoML({ trainingJobArn }: Candidate): boolean {
  return trainingJobArn?.includes(':automl-job/') ?? false
}

function isTraining({ trainingJobArn }: Candidate): boolean {
  return trainingJobArn === null || trainingJobArn.includes(':training-job/')
}
