/** Our scores beside those of fmeval, answer by answer. */
import { mean } from './bootstrap.ts'
import type { EvaluatedRow } from './evaluation.ts'
import type { LibraryResult, LibraryScoreName } from './libraryCheck.ts'
import { scoreNames, type ScoreName } from './scores.ts'

const counterparts: Readonly<Record<ScoreName, LibraryScoreName>> = {
  f1: 'f1_score',
  precision: 'precision_over_words',
  recall: 'recall_over_words',
  exactMatch: 'exact_match_score',
  quasiExactMatch: 'quasi_exact_match_score',
  rouge1: 'rouge1',
  rouge2: 'rouge2',
  rougeL: 'rougeL',
  meteor: 'meteor',
  factualKnowledge: 'factual_knowledge',
  factualKnowledgeQuasi: 'factual_knowledge_quasi_exact',
}

export interface LibraryComparison {
  readonly name: ScoreName
  readonly rows: number
  /** Means over the tuned model's answers. */
  readonly ours: number
  readonly theirs: number
  /** Answers, of both models, on which the two are the same to a millionth. */
  readonly same: number
  readonly answers: number
  /** Largest difference on one answer. */
  readonly largest: number
}

const rounding = 1e-6

/** Score by score; none for those that the library could not compute. */
export function compareWithLibrary(
  rows: readonly EvaluatedRow[],
  check: LibraryResult,
): LibraryComparison[] {
  const theirs = new Map(check.rows.map((row) => [row.position, row]))
  return scoreNames.flatMap((name) => {
    const key = counterparts[name]
    const tuned: [number, number][] = []
    const all: [number, number][] = []
    for (const row of rows) {
      const found = theirs.get(row.position)
      const ofTuned = found?.tuned[key]
      const ofBase = found?.base?.[key]
      if (ofTuned !== undefined) {
        tuned.push([row.tuned.scores[name], ofTuned])
        all.push([row.tuned.scores[name], ofTuned])
      }
      if (ofBase !== undefined && row.base) all.push([row.base.scores[name], ofBase])
    }
    if (tuned.length === 0) return []
    const differences = all.map(([own, other]) => Math.abs(own - other))
    return [
      {
        name,
        rows: tuned.length,
        ours: mean(tuned.map(([own]) => own)),
        theirs: mean(tuned.map(([, other]) => other)),
        same: differences.filter((difference) => difference <= rounding).length,
        answers: all.length,
        largest: Math.max(...differences),
      },
    ]
  })
}

/** Means of what only the library computed; null without it. */
export function libraryBertScore(
  check: LibraryResult,
): { tuned: number; base: number | null } | null {
  const of = (side: 'tuned' | 'base') => check.rows.flatMap((row) => row[side]?.bertscore ?? [])
  const tuned = of('tuned')
  if (tuned.length === 0) return null
  const base = of('base')
  return { tuned: mean(tuned), base: base.length === tuned.length ? mean(base) : null }
}
