/** How many trainings run at a time; the others wait here, in an order that the analyst can change. */
import { listOpenCandidates } from '../db/candidates.ts'
import type { ReadableDb } from '../db/database.ts'

/** This computer trains one model at a time. */
const mostRunning = 1

export function hasRoom(db: ReadableDb): boolean {
  const running = listOpenCandidates(db).filter(({ status }) => status !== 'Queued')
  return running.length < mostRunning
}
