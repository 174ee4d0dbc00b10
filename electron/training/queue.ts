/** How many trainings run at a time in a workspace; the others wait here, in an order that the analyst can change. */
import { localWorkspaceId } from '../../shared/workspace.ts'
import { listOpenCandidatesIn } from '../db/candidates.ts'
import type { Candidate } from '../../shared/model.ts'
import type { Connection } from '../aws/workspace.ts'
import type { ReadableDb } from '../db/database.ts'
import { wayOf } from './ways/ways.ts'

/** This computer trains one model at a time; an account's own limits are AWS's to tell. */
const mostRunningHere = 1
const mostRunningInAws = 20

export function hasRoom(db: ReadableDb, workspaceId: string): boolean {
  const running = listOpenCandidatesIn(db, workspaceId).filter(({ status }) => status !== 'Queued')
  return running.length < (workspaceId === localWorkspaceId ? mostRunningHere : mostRunningInAws)
}

/** Whether one more of its way may run: Autopilot takes few at a time, and refuses the others instead of queueing them. */
export function hasRoomFor(
  db: ReadableDb,
  connection: Connection,
  candidate: Pick<Candidate, 'baseModelId'>,
): boolean {
  const way = wayOf(candidate)
  const most = way.mostJobs(connection)
  if (most === null) return true
  const running = listOpenCandidatesIn(db, connection.workspaceId).filter(
    (other) => other.status !== 'Queued' && wayOf(other) === way,
  )
  return running.length < most
}
