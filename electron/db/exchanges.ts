/** Table exchanges: what was asked in the playground, and both answers. */
import { generationSettingsSchema, type Exchange } from '../../shared/playground.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface ExchangeRecord {
  id: string
  candidate_id: string
  prompt: string
  tuned_answer: string
  base_answer: string
  settings: string
  asked_at_ms: number
}

const INSERT_EXCHANGE = `
  INSERT INTO exchanges (id, candidate_id, prompt, tuned_answer, base_answer, settings, asked_at_ms)
  VALUES (@id, @candidate_id, @prompt, @tuned_answer, @base_answer, @settings, @asked_at_ms)`

export function insertExchange(db: WritableDb, exchange: Exchange): void {
  transact(db, () => db.prepare(INSERT_EXCHANGE).run(exchangeToRow(exchange)))
}

/** Oldest first, as a conversation reads. */
export function listExchanges(db: ReadableDb, candidateId: string): Exchange[] {
  return db
    .prepare<[string], ExchangeRecord>(
      'SELECT * FROM exchanges WHERE candidate_id = ? ORDER BY asked_at_ms, rowid',
    )
    .all(candidateId)
    .map(rowToExchange)
}

function rowToExchange(row: ExchangeRecord): Exchange {
  return {
    id: row.id,
    candidateId: row.candidate_id,
    prompt: row.prompt,
    tunedAnswer: row.tuned_answer,
    baseAnswer: row.base_answer,
    settings: generationSettingsSchema.parse(JSON.parse(row.settings)),
    askedAtMs: row.asked_at_ms,
  }
}

function exchangeToRow(exchange: Exchange): ExchangeRecord {
  return {
    id: exchange.id,
    candidate_id: exchange.candidateId,
    prompt: exchange.prompt,
    tuned_answer: exchange.tunedAnswer,
    base_answer: exchange.baseAnswer,
    settings: JSON.stringify(exchange.settings),
    asked_at_ms: exchange.askedAtMs,
  }
}
