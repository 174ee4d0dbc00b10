/** How many trainings run at a time in a workspace; the others wait here, in an order that the analyst can change. */
import { randomUUID } from 'node:crypto'
import type { Candidate } from '../../shared/model.ts'
import type { Connection } from '../aws/workspace.ts'
import { findCandidate, listOpenCandidatesIn } from '../db/candidates.ts'
import { transact, type WritableDb } from '../db/database.ts'
import { claimLastsMs, deleteClaim, listClaimed, putClaim, renewClaim } from '../db/jobClaims.ts'
import { wayOf } from './ways/ways.ts'

/** This computer trains one model at a time; an account's own limits are AWS's to tell. */
const mostRunningHere = 1
const mostRunningInAws = 20

export interface TrainingQueue {
  /** Whether its job may be created now: Autopilot takes few at a time, and refuses the others instead of queueing them. */
  hasRoom(connection: Connection, candidate: Candidate): boolean
  /**
   * Takes a place among those that run, before the job is there to be seen: the start of a version and every face's watch
   * may come to a candidate, and a job that is created twice is paid for twice or fails what runs.
   *
   * @returns what gives the place back; null when it no longer waits, another has begun with it, or there is no room
   */
  enter(connection: Connection, candidate: Candidate): (() => void) | null
}

export function createTrainingQueue(db: WritableDb, now: () => number): TrainingQueue {
  /** This face of the app. */
  const owner = randomUUID()

  function hasRoom(connection: Connection, candidate: Candidate): boolean {
    const claimed = listClaimed(db, now())
    const running = listOpenCandidatesIn(db, connection.workspaceId).filter(
      ({ id, status }) => status !== 'Queued' || claimed.has(id),
    )
    if (running.length >= (connection.kind === 'local' ? mostRunningHere : mostRunningInAws))
      return false
    const way = wayOf(candidate)
    const most = way.mostJobs(connection)
    return most === null || running.filter((other) => wayOf(other) === way).length < most
  }

  function claim(connection: Connection, { id, trainingJobName }: Candidate): boolean {
    return transact(db, () => {
      const current = findCandidate(db, id)
      // One that was stopped and goes on has another job.
      const isWaiting = current?.status === 'Queued' && current.trainingJobName === trainingJobName
      if (!isWaiting || listClaimed(db, now()).has(id) || !hasRoom(connection, current))
        return false
      putClaim(db, { candidateId: id, owner }, now())
      return true
    })
  }

  return {
    hasRoom,
    enter(connection, candidate) {
      if (!claim(connection, candidate)) return null
      const claimed = { candidateId: candidate.id, owner }
      const renewing = setInterval(
        () => unlessDiskFails(() => renewClaim(db, claimed, now())),
        claimLastsMs / 3,
      )
      renewing.unref()
      return () => {
        clearInterval(renewing)
        unlessDiskFails(() => deleteClaim(db, claimed))
      }
    },
  }
}

/** Also when the database was closed meanwhile: the claim lapses, and AWS still refuses a second job of the same name. */
function unlessDiskFails(work: () => void): void {
  try {
    work()
  } catch {
    // The job matters more than the claim.
  }
}
