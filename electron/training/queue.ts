/** How many trainings run at a time in a workspace; the others wait here, in an order that the analyst can change. */
import { localWorkspaceId } from '../../shared/workspace.ts'
import { listOpenCandidatesIn } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'

/** This computer trains one model at a time; an account's own limits are AWS's to tell. */
const mostRunningHere = 1
const mostRunningInAws = 20

export function hasRoom(db: ReadableDb, workspaceId: string): boolean {
  const running = listOpenCandidatesIn(db, workspaceId).filter(({ status }) => status !== 'Queued')
  return running.length < (workspaceId === localWorkspaceId ? mostRunningHere : mostRunningInAws)
}
