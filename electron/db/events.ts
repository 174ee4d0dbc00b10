/** Table events: a job's history, what happened when. */
import { z } from 'zod'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

const detailsSchema = z.record(z.string(), z.union([z.string(), z.number()]))

export interface CandidateEvent {
  readonly candidateId: string
  /** A status that was reached, or what a person did: `InProgress`, `Completed`, `stop-requested` ... */
  readonly kind: string
  readonly details: Readonly<Record<string, string | number>>
  readonly atMs: number
}

interface EventRecord {
  candidate_id: string
  kind: string
  details: string
  at_ms: number
}

const INSERT_EVENT = `
  INSERT INTO events (candidate_id, kind, details, at_ms) VALUES (@candidate_id, @kind, @details, @at_ms)`

export function insertEvent(db: WritableDb, event: CandidateEvent): void {
  transact(db, () => db.prepare(INSERT_EVENT).run(eventToRow(event)))
}

/** In the order in which they were stored. */
export function listEvents(db: ReadableDb, candidateId: string): CandidateEvent[] {
  return db
    .prepare<[string], EventRecord>('SELECT * FROM events WHERE candidate_id = ? ORDER BY id')
    .all(candidateId)
    .map(rowToEvent)
}

function rowToEvent(row: EventRecord): CandidateEvent {
  return {
    candidateId: row.candidate_id,
    kind: row.kind,
    details: detailsSchema.parse(JSON.parse(row.details)),
    atMs: row.at_ms,
  }
}

function eventToRow(event: CandidateEvent): EventRecord {
  return {
    candidate_id: event.candidateId,
    kind: event.kind,
    details: JSON.stringify(event.details),
    at_ms: event.atMs,
  }
}
