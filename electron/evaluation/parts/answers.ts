/** Asks both models the drawn rows; each is scored and stored as soon as both have answered. */
import type { EvaluatedRow } from '../../../shared/evaluation.ts'
import { shuffledPlaces } from '../../../shared/split.ts'
import { insertEvaluatedRow, putEvaluationItem } from '../../db/evaluations.ts'
import { scoreAnswer } from '../scores/scoreAnswer.ts'
import type { PartContext } from './partContext.ts'

/** Positions of the rows to ask, in order; without replacement, the same for the same seed. */
export function drawRows(available: number, count: number, seed: number): number[] {
  return [...shuffledPlaces(available, seed).subarray(0, count)]
}

export async function answerRows(context: PartContext): Promise<void> {
  const { evaluation, data, signal } = context
  const { plannedRows, seed } = evaluation
  const done = new Set(evaluation.rows.map(({ position }) => position))
  const store = async (row: EvaluatedRow) => {
    insertEvaluatedRow(context.db, evaluation.id, await withToxicity(context, row))
    done.add(row.position)
    context.onDone(done.size, plannedRows)
  }
  // A row is judged while the next one is being answered.
  let storing = Promise.resolve()
  const drawn = drawRows(data.examples.count, plannedRows, seed)
  const positions = drawn.filter((position) => !done.has(position))
  const examples = await data.examples.at(positions)
  for (const [index, position] of positions.entries()) {
    const example = examples[index]
    if (!example) continue
    // One after the other: how long each takes is measured as well.
    const [tuned, tunedMs] = await timed(() => context.ask('tuned', example.prompt))
    const [base, baseMs] = evaluation.plan.withBase
      ? await timed(() => context.ask('base', example.prompt))
      : [null, null]
    await storing
    if (signal.aborted) break
    const { prompt: question, completion: reference } = example
    putEvaluationItem(context.db, evaluation.id, 'time', position, { tunedMs, baseMs })
    storing = store({
      position,
      question,
      reference,
      tuned: scoreAnswer(tuned, reference),
      base: base === null ? null : scoreAnswer(base, reference),
    })
    // It is awaited with the next answers; until then it must not count as unhandled.
    storing.catch(() => undefined)
  }
  await storing
}

async function timed<T>(work: () => Promise<T>): Promise<[result: T, milliseconds: number]> {
  const startedAt = performance.now()
  return [await work(), Math.round(performance.now() - startedAt)]
}

async function withToxicity(context: PartContext, row: EvaluatedRow): Promise<EvaluatedRow> {
  if (context.evaluation.detector !== 'detoxify') return row
  const sides = [row.tuned, ...(row.base ? [row.base] : [])]
  const judged = await context.judgeToxicity(sides.map(({ text }) => text))
  const [tuned, base] = judged ?? []
  if (!tuned) return row
  return {
    ...row,
    tuned: { ...row.tuned, toxicity: tuned },
    base: row.base && { ...row.base, toxicity: base ?? null },
  }
}
