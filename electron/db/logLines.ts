/** Table log_lines: a candidate's training log, kept for reading with the engine off. */
import { parseSampleLine, type SampleAnswer } from '../../shared/sampleAnswers.ts'
import { parseValidationRowsLine, type ValidationRows } from '../../shared/validationRows.ts'
import { findLogForwardToken, setLogForwardToken } from './candidates.ts'
import { transact, type ReadableDb, type WritableDb } from './database.ts'

export interface LogLine {
  readonly atMs: number
  readonly line: string
}

/** One answer of GetLogEvents: the lines after `fromToken`, and the token that continues after them. */
export interface LogPage {
  /** The token that the page was asked for with; null for the first page. */
  readonly fromToken: string | null
  readonly nextToken: string | null
  readonly lines: readonly LogLine[]
}

const APPEND_LOG_LINE = `
  INSERT INTO log_lines (candidate_id, position, at_ms, line)
  SELECT @candidateId, coalesce(max(position), 0) + 1, @atMs, @line
  FROM log_lines WHERE candidate_id = @candidateId`

const SELECT_LOG_LINES = `
  SELECT at_ms AS atMs, line FROM log_lines WHERE candidate_id = ? ORDER BY position`

export function appendLogLines(
  db: WritableDb,
  candidateId: string,
  lines: readonly LogLine[],
): void {
  if (lines.length === 0) return
  transact(db, () => {
    const append = db.prepare(APPEND_LOG_LINE)
    const keepRows = db.prepare('REPLACE INTO validation_rows (candidate_id, line) VALUES (?, ?)')
    for (const { atMs, line } of lines) {
      // Written once for each better evaluation, for the ranking; nobody reads hundreds of figures.
      if (parseValidationRowsLine(line)) keepRows.run(candidateId, line)
      else append.run({ candidateId, atMs, line })
    }
  })
}

/**
 * Stores a page's lines and its token in one step. App and command line may both follow a job: the page is stored only
 * if nobody has stored it since `fromToken` was read.
 *
 * @returns whether the page was stored now
 */
export function saveLogPage(db: WritableDb, candidateId: string, page: LogPage): boolean {
  return transact(db, () => {
    if (findLogForwardToken(db, candidateId) !== page.fromToken) return false
    appendLogLines(db, candidateId, page.lines)
    if (page.nextToken !== page.fromToken) setLogForwardToken(db, candidateId, page.nextToken)
    return true
  })
}

export function listLogLines(db: ReadableDb, candidateId: string): LogLine[] {
  return db.prepare<[string], LogLine>(SELECT_LOG_LINES).all(candidateId)
}

/** What the candidate answered in training, by step, then prompt: its log tells. */
export function listSampleAnswers(db: ReadableDb, candidateId: string): SampleAnswer[] {
  return listLogLines(db, candidateId).flatMap(({ line }) => parseSampleLine(line) ?? [])
}

/** How well each validation row was predicted at the best evaluation; null where the log does not tell. */
export function findValidationRows(db: ReadableDb, candidateId: string): ValidationRows | null {
  const line = db
    .prepare<[string], string>('SELECT line FROM validation_rows WHERE candidate_id = ?')
    .pluck()
    .get(candidateId)
  return line === undefined ? null : parseValidationRowsLine(line)
}
