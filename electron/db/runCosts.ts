/** Table run_costs: what each candidate and each transform job costs in an account at AWS, as it accrues. */
import { currencySchema, type CandidateCost } from '../../shared/cost.ts'
import { costOfTokens } from '../../shared/startCost.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface RunCost {
  /** Or the name of a transform job, which is never that of a candidate. */
  readonly candidateId: string
  readonly workspaceId: string
  /** Of all its machines together. */
  readonly pricePerHour: number
  readonly currency: string
  /** The region for which its price was reckoned without AWS's list; null: AWS's list told it. */
  readonly reckonedIn: string | null
  /** What was reckoned, until AWS tells what it bills. */
  readonly billableSeconds: number
  readonly pricePerThousandTokens: number
  /** In all epochs together; what was reckoned, until AWS tells what it bills. */
  readonly tokens: number
  readonly isEnded: boolean
  readonly startedAtMs: number
}

interface RunCostRecord {
  candidate_id: string
  workspace_id: string
  price_per_hour: number
  currency: string
  reckoned_in: string | null
  billable_seconds: number
  price_per_thousand_tokens: number
  tokens: number
  is_ended: number
  started_at_ms: number
}

const SAVE_RUN_COST = `
  INSERT INTO run_costs (candidate_id, workspace_id, price_per_hour, currency, reckoned_in, billable_seconds,
    price_per_thousand_tokens, tokens, is_ended, started_at_ms)
  VALUES (@candidate_id, @workspace_id, @price_per_hour, @currency, @reckoned_in, @billable_seconds,
    @price_per_thousand_tokens, @tokens, @is_ended, @started_at_ms)
  ON CONFLICT (candidate_id) DO UPDATE SET billable_seconds = excluded.billable_seconds, tokens = excluded.tokens,
    is_ended = excluded.is_ended`

export function saveRunCost(db: WritableDb, cost: RunCost): void {
  transact(db, () =>
    db.prepare(SAVE_RUN_COST).run({
      candidate_id: cost.candidateId,
      workspace_id: cost.workspaceId,
      price_per_hour: cost.pricePerHour,
      currency: cost.currency,
      reckoned_in: cost.reckonedIn,
      billable_seconds: cost.billableSeconds,
      price_per_thousand_tokens: cost.pricePerThousandTokens,
      tokens: cost.tokens,
      is_ended: cost.isEnded ? 1 : 0,
      started_at_ms: cost.startedAtMs,
    }),
  )
}

export function findRunCost(db: ReadableDb, candidateId: string): RunCost | undefined {
  const row = db
    .prepare<[string], RunCostRecord>('SELECT * FROM run_costs WHERE candidate_id = ?')
    .get(candidateId)
  return row && rowToRunCost(row)
}

/** Started since then. It outlives its candidate: money that was spent stays spent. */
export function listRunCosts(
  db: ReadableDb,
  workspaceId: string,
  sinceMs: number,
): (RunCost & { readonly amount: number })[] {
  return db
    .prepare<[string, number], RunCostRecord>(
      'SELECT * FROM run_costs WHERE workspace_id = ? AND started_at_ms >= ?',
    )
    .all(workspaceId, sinceMs)
    .map((row) => ({
      ...rowToRunCost(row),
      amount: costOfRun(rowToRunCost(row)),
    }))
}

/** In no particular order; without candidates of which nothing was counted. */
export function listVersionCosts(db: ReadableDb, versionId: string): CandidateCost[] {
  return db
    .prepare<[string], RunCostRecord>(
      'SELECT * FROM run_costs WHERE candidate_id IN (SELECT id FROM candidates WHERE version_id = ?)',
    )
    .all(versionId)
    .map((row) => ({
      candidateId: row.candidate_id,
      amount: costOfRun(rowToRunCost(row)),
      currency: currencySchema.parse(row.currency),
      isEnded: row.is_ended === 1,
    }))
}

/** What it comes to so far. */
export function costOfRun(run: RunCost): number {
  return (
    (run.pricePerHour * run.billableSeconds) / 3600 +
    costOfTokens(run.tokens, run.pricePerThousandTokens)
  )
}

function rowToRunCost(row: RunCostRecord): RunCost {
  return {
    candidateId: row.candidate_id,
    workspaceId: row.workspace_id,
    pricePerHour: row.price_per_hour,
    currency: row.currency,
    reckonedIn: row.reckoned_in,
    billableSeconds: row.billable_seconds,
    pricePerThousandTokens: row.price_per_thousand_tokens,
    tokens: row.tokens,
    isEnded: row.is_ended === 1,
    startedAtMs: row.started_at_ms,
  }
}
