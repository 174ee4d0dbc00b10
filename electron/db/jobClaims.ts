/** Who creates a candidate's job just now, so that no two faces of the app do. Cache: nothing of it outlives a minute. */
import { transact, type ReadableDb, type WritableDb } from './database.ts'

/** For as long as a claim lasts unless it is renewed. */
export const claimLastsMs = 30_000

export interface JobClaim {
  readonly candidateId: string
  /** The face that creates it. */
  readonly owner: string
}

const SELECT_CLAIMED = `
  SELECT candidate_id FROM job_claims
  WHERE until_ms > @nowMs AND until_ms <= @nowMs + ${claimLastsMs}`

const PUT_CLAIM = `
  INSERT INTO job_claims (candidate_id, owner, until_ms)
  VALUES (@candidateId, @owner, @nowMs + ${claimLastsMs})
  ON CONFLICT (candidate_id) DO UPDATE SET owner = excluded.owner, until_ms = excluded.until_ms`

/** Whose job somebody creates. A claim that lies further ahead than any can was made before the clock was set back. */
export function listClaimed(db: ReadableDb, nowMs: number): Set<string> {
  return new Set(db.prepare<[object], string>(SELECT_CLAIMED).pluck().all({ nowMs }))
}

/** Takes it, or renews it. Whoever calls it has looked within the same transaction whether it is free. */
export function putClaim(db: WritableDb, { candidateId, owner }: JobClaim, nowMs: number): void {
  db.prepare(PUT_CLAIM).run({ candidateId, owner, nowMs })
}

/** Keeps what is still the owner's. */
export function renewClaim(db: WritableDb, { candidateId, owner }: JobClaim, nowMs: number): void {
  transact(db, () =>
    db
      .prepare('UPDATE job_claims SET until_ms = ? WHERE candidate_id = ? AND owner = ?')
      .run(nowMs + claimLastsMs, candidateId, owner),
  )
}

export function deleteClaim(db: WritableDb, { candidateId, owner }: JobClaim): void {
  transact(db, () =>
    db
      .prepare('DELETE FROM job_claims WHERE candidate_id = ? AND owner = ?')
      .run(candidateId, owner),
  )
}
