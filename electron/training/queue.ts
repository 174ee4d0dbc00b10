/** How many trainings run at a time in a workspace; the others wait here, in an order that the analyst can change. */
import type { Candidate } from '../../shared/model.ts'
import type { Connection } from '../aws/workspace.ts'
import { findCandidate, listOpenCandidatesIn } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'
import { wayOf } from './ways/ways.ts'

/** This computer trains one model at a time; an account's own limits are AWS's to tell. */
const mostRunningHere = 1
const mostRunningInAws = 20

export interface TrainingQueue {
  /** Whether its job may be created now: Autopilot takes few at a time, and refuses the others instead of queueing them. */
  hasRoom(connection: Connection, candidate: Candidate): boolean
  /**
   * Takes a place among those that run, before the job is there to be seen: the start of a version and the watch may both
   * come to a candidate.
   *
   * @returns what gives the place back; null when it no longer waits, another has begun with it, or there is no room
   */
  enter(connection: Connection, candidate: Candidate): (() => void) | null
}

export function createTrainingQueue(db: ReadableDb): TrainingQueue {
  /** Whose job is being created just now. */
  const entered = new Set<string>()
  function hasRoom(connection: Connection, candidate: Candidate): boolean {
    const running = listOpenCandidatesIn(db, connection.workspaceId).filter(
      ({ id, status }) => status !== 'Queued' || entered.has(id),
    )
    if (running.length >= (connection.kind === 'local' ? mostRunningHere : mostRunningInAws))
      return false
    const way = wayOf(candidate)
    const most = way.mostJobs(connection)
    return most === null || running.filter((other) => wayOf(other) === way).length < most
  }
  return {
    hasRoom,
    enter(connection, candidate) {
      const { id } = candidate
      const isWaiting = findCandidate(db, id)?.status === 'Queued' && !entered.has(id)
      if (!isWaiting || !hasRoom(connection, candidate)) return null
      entered.add(id)
      return () => entered.delete(id)
    },
  }
}
