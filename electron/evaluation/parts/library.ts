/** Has fmeval itself score the answers, once they are there. */
import { z } from 'zod'
import { toAppError } from '../../../shared/errors.ts'
import type { LibraryCheck } from '../../../shared/libraryCheck.ts'
import { findEvaluationItem, getEvaluation, putEvaluationItem } from '../../db/evaluations.ts'
import { closing, type PartContext } from './partContext.ts'

/** Which job is meant: one that was stopped or failed keeps its name for ever. */
const attemptSchema = z.object({ attempt: z.number().int() })

export async function checkWithLibrary(context: PartContext): Promise<void> {
  const { db, evaluation, signal } = context
  const { rows, library } = getEvaluation(db, evaluation.id)
  if (library !== null || signal.aborted) return
  context.onDone(0, 1)
  const found = findEvaluationItem(db, evaluation.id, 'libraryJob', 0)
  const { attempt } = attemptSchema.catch({ attempt: 1 }).parse(found)
  const jobName = `timbre-fmeval-${evaluation.id.slice(0, 36)}-${attempt}`
  putEvaluationItem(db, evaluation.id, 'libraryJob', 0, { attempt })
  try {
    const result = await context.runLibrary(jobName, rows)
    const check: LibraryCheck = { ...result, jobName }
    putEvaluationItem(db, evaluation.id, 'library', 0, check)
    context.onDone(1, 1)
  } catch (error) {
    const isOver =
      toAppError(error).code === 'LibraryFailed' || (signal.aborted && signal.reason !== closing)
    if (isOver) putEvaluationItem(db, evaluation.id, 'libraryJob', 0, { attempt: attempt + 1 })
    throw error
  }
}
