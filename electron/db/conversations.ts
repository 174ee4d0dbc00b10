/** Tables turns and answers: what was asked in the playground, and what each model answered. User's own. */
import {
  generationSettingsSchema,
  speakerSchema,
  type Answer,
  type ConversationSummary,
  type FinishReason,
  type Rating,
  type Turn,
} from '../../shared/playground.ts'
import { AppError } from '../../shared/errors.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

interface TurnRow {
  id: string
  conversation_id: string
  parent_id: string | null
  prompt: string
  settings: string
  asked_at_ms: number
}

interface AnswerRow {
  id: string
  turn_id: string
  position: number
  speaker: string
  title: string
  text: string
  token_count: number
  first_token_ms: number | null
  tokens_per_second: number | null
  finish_reason: string | null
  rating: string | null
  answered_at_ms: number
}

const INSERT_TURN = `
  INSERT INTO turns (id, conversation_id, parent_id, prompt, settings, asked_at_ms)
  VALUES (@id, @conversation_id, @parent_id, @prompt, @settings, @asked_at_ms)`
const INSERT_ANSWER = `
  INSERT INTO answers (id, turn_id, position, speaker, title, text, token_count, first_token_ms,
    tokens_per_second, finish_reason, rating, answered_at_ms)
  VALUES (@id, @turn_id, @position, @speaker, @title, @text, @token_count, @first_token_ms,
    @tokens_per_second, @finish_reason, @rating, @answered_at_ms)`
/** A text is looked for as it is written: its % and _ mean themselves. */
const SEARCH_CONVERSATIONS = `
  SELECT conversation_id AS id,
    (SELECT prompt FROM turns AS first WHERE first.conversation_id = turns.conversation_id
      ORDER BY asked_at_ms, rowid LIMIT 1) AS title,
    count(*) AS turn_count, max(asked_at_ms) AS asked_at_ms
  FROM turns
  WHERE @search = '' OR conversation_id IN (
    SELECT conversation_id FROM turns LEFT JOIN answers ON answers.turn_id = turns.id
    WHERE turns.prompt LIKE @pattern ESCAPE '\\' OR answers.text LIKE @pattern ESCAPE '\\')
  GROUP BY conversation_id ORDER BY max(asked_at_ms) DESC LIMIT @most`

export function insertTurn(db: WritableDb, turn: Omit<Turn, 'answers'>): void {
  transact(db, () =>
    db.prepare(INSERT_TURN).run({
      id: turn.id,
      conversation_id: turn.conversationId,
      parent_id: turn.parentId,
      prompt: turn.prompt,
      settings: JSON.stringify(turn.settings),
      asked_at_ms: turn.askedAtMs,
    }),
  )
}

export function insertAnswer(db: WritableDb, answer: Answer): void {
  transact(db, () =>
    db.prepare(INSERT_ANSWER).run({
      id: answer.id,
      turn_id: answer.turnId,
      position: answer.position,
      speaker: JSON.stringify(answer.speaker),
      title: answer.title,
      text: answer.text,
      token_count: answer.tokenCount,
      first_token_ms: answer.firstTokenMs,
      tokens_per_second: answer.tokensPerSecond,
      finish_reason: answer.finishReason,
      rating: answer.rating,
      answered_at_ms: answer.answeredAtMs,
    }),
  )
}

/** Newest first. @param search '' lists all */
export function searchConversations(
  db: ReadableDb,
  search: string,
  most: number,
): ConversationSummary[] {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`
  return db
    .prepare<[object], { id: string; title: string; turn_count: number; asked_at_ms: number }>(
      SEARCH_CONVERSATIONS,
    )
    .all({ search, pattern, most })
    .map((row) => ({
      id: row.id,
      title: row.title,
      turnCount: row.turn_count,
      askedAtMs: row.asked_at_ms,
    }))
}

/** Oldest first, each with its answers. */
export function listTurns(db: ReadableDb, conversationId: string): Turn[] {
  const answers = db
    .prepare<[string], AnswerRow>(
      `SELECT answers.* FROM answers JOIN turns ON turns.id = answers.turn_id
       WHERE turns.conversation_id = ? ORDER BY answers.position, answered_at_ms, answers.rowid`,
    )
    .all(conversationId)
    .map(toAnswer)
  return db
    .prepare<[string], TurnRow>(
      'SELECT * FROM turns WHERE conversation_id = ? ORDER BY asked_at_ms, rowid',
    )
    .all(conversationId)
    .map((row) => ({
      ...toTurn(row),
      answers: answers.filter(({ turnId }) => turnId === row.id),
    }))
}

/** @throws AppError NotFound */
export function getTurn(db: ReadableDb, id: string): Turn {
  const row = db.prepare<[string], TurnRow>('SELECT * FROM turns WHERE id = ?').get(id)
  const found = row && listTurns(db, row.conversation_id).find((turn) => turn.id === id)
  if (found) return found
  throw new AppError('NotFound', `There is no turn ${id}`, { details: { message: id } })
}

/** @throws AppError NotFound */
export function getAnswer(db: ReadableDb, id: string): Answer {
  const row = db.prepare<[string], AnswerRow>('SELECT * FROM answers WHERE id = ?').get(id)
  if (row) return toAnswer(row)
  throw new AppError('NotFound', `There is no answer ${id}`, { details: { message: id } })
}

/** In which one of these candidates answered. */
export function countConversationsWith(db: ReadableDb, candidateIds: readonly string[]): number {
  return (
    db
      .prepare<[string], number>(
        `SELECT count(DISTINCT conversation_id) FROM turns JOIN answers ON answers.turn_id = turns.id
         WHERE json_extract(speaker, '$.kind') = 'candidate'
           AND json_extract(speaker, '$.candidateId') IN (SELECT value FROM json_each(?))`,
      )
      .pluck()
      .get(JSON.stringify(candidateIds)) ?? 0
  )
}

export function setRating(db: WritableDb, answerId: string, rating: Rating | null): void {
  transact(db, () => db.prepare('UPDATE answers SET rating = ? WHERE id = ?').run(rating, answerId))
}

export function deleteConversation(db: WritableDb, id: string): void {
  transact(db, () => db.prepare('DELETE FROM turns WHERE conversation_id = ?').run(id))
}

/** Everything that was rated, for comparisons of models. */
export function listRatedAnswers(db: ReadableDb): (Answer & { prompt: string })[] {
  return db
    .prepare<[], AnswerRow & { prompt: string }>(
      `SELECT answers.*, turns.prompt FROM answers JOIN turns ON turns.id = answers.turn_id
       WHERE rating IS NOT NULL ORDER BY answered_at_ms`,
    )
    .all()
    .map((row) => ({ ...toAnswer(row), prompt: row.prompt }))
}

function toTurn(row: TurnRow): Omit<Turn, 'answers'> {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    parentId: row.parent_id,
    prompt: row.prompt,
    settings: generationSettingsSchema.parse(JSON.parse(row.settings)),
    askedAtMs: row.asked_at_ms,
  }
}

function toAnswer(row: AnswerRow): Answer {
  return {
    id: row.id,
    turnId: row.turn_id,
    position: row.position,
    speaker: speakerSchema.parse(JSON.parse(row.speaker)),
    title: row.title,
    text: row.text,
    tokenCount: row.token_count,
    firstTokenMs: row.first_token_ms,
    tokensPerSecond: row.tokens_per_second,
    finishReason: row.finish_reason as FinishReason | null, // written by insertAnswer alone
    rating: row.rating as Rating | null,
    answeredAtMs: row.answered_at_ms,
  }
}
