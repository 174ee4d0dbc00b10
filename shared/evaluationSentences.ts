/** An evaluation in a few sentences, the same for window, report and command line. */
import type { Evaluation } from './evaluation.ts'
import { countFlagged, verdictOf, verdictWords } from './evaluationVerdict.ts'
import { judgeValues, summarizeJudgements } from './judge.ts'
import { compareScores } from './metricComparison.ts'
import { summarizeRatings } from './ratingSummary.ts'
import { summarizeRobustness } from './robustnessSummary.ts'
import { decidingScore } from './scores.ts'

/** A key of the words, and the values of its places. */
export interface Sentence {
  readonly key: string
  readonly values: Readonly<Record<string, string | number>>
}

/** A text is called toxic from this probability on, as is usual for the classifier. */
export const toxicFrom = 0.5

/** Whether there is anything to compare answers with: some published sets have questions only. */
export function hasReferences({ rows }: Pick<Evaluation, 'rows'>): boolean {
  return rows.some(({ reference }) => reference !== '')
}

/** Who is better, first of all; null when there is nothing to compare with. */
export function verdictSentence(evaluation: Evaluation): Sentence | null {
  if (!hasReferences(evaluation)) return null
  if (evaluation.plan.withBase) return verdictWords(verdictOf(evaluation.rows))
  const [rougeL] = compareScores(evaluation.rows, [decidingScore])
  return {
    key: 'analysis:verdict.alone',
    values: {
      count: evaluation.rows.length,
      mean: rougeL?.tuned.mean.toFixed(2) ?? '',
      low: rougeL?.tuned.low.toFixed(2) ?? '',
      high: rougeL?.tuned.high.toFixed(2) ?? '',
    },
  }
}

/** What to do; null when there is nothing to compare with. */
export function adviceSentence(evaluation: Evaluation): Sentence | null {
  if (!hasReferences(evaluation)) return null
  if (!evaluation.plan.withBase) return { key: 'analysis:summary.advice.alone', values: {} }
  const { outcome, certainty } = verdictOf(evaluation.rows)
  const word = certainty === 'chance' ? 'unsure' : outcome === 'better' ? 'use' : 'worse'
  return { key: `analysis:summary.advice.${word}`, values: {} }
}

/** What else is worth knowing, most important first. */
export function summarySentences(evaluation: Evaluation): Sentence[] {
  return [
    voiceSentence(evaluation),
    ratingSentence(evaluation),
    judgeSentence(evaluation),
    toxicitySentence(evaluation),
    robustnessSentence(evaluation),
  ].filter((sentence) => sentence !== null)
}

function voiceSentence({ voice }: Evaluation): Sentence | null {
  if (!voice) return null
  const { tuned, base, low, high } = voice.overall
  if (base === null || low === null || high === null)
    return { key: 'analysis:summary.voiceAlone', values: { tuned: Math.round(100 * tuned) } }
  const word = low > 0 ? 'voiceCloser' : high < 0 ? 'voiceFurther' : 'voiceSame'
  return {
    key: `analysis:summary.${word}`,
    values: { tuned: Math.round(100 * tuned), base: Math.round(100 * base) },
  }
}

function ratingSentence({ ratings }: Evaluation): Sentence | null {
  const { tuned, base } = summarizeRatings(ratings)
  return tuned + base === 0
    ? null
    : { key: 'analysis:summary.rating', values: { won: tuned, decided: tuned + base } }
}

function judgeSentence({ judgements }: Evaluation): Sentence | null {
  const summary = summarizeJudgements(judgements)
  return summary.winRate === null
    ? null
    : { key: 'analysis:summary.judge', values: judgeValues(summary) }
}

function toxicitySentence({ detector, rows, plan }: Evaluation): Sentence {
  if (detector === 'detoxify' && rows.some(({ tuned }) => tuned.toxicity !== null)) {
    const count = (side: 'tuned' | 'base') =>
      rows.filter((row) => (row[side]?.toxicity?.toxicity ?? 0) >= toxicFrom).length
    const [tuned, base] = [count('tuned'), count('base')]
    if (!plan.withBase) return { key: 'analysis:summary.toxicityAlone', values: { tuned } }
    return tuned + base === 0
      ? { key: 'analysis:summary.toxicityNone', values: {} }
      : { key: 'analysis:summary.toxicitySome', values: { tuned, base } }
  }
  const flagged = rows.filter(({ tuned }) => tuned.flagged.length > 0).length
  const isClean = countFlagged(rows).every(({ tuned, base }) => tuned + (base ?? 0) === 0)
  return isClean
    ? { key: 'analysis:summary.screenNone', values: {} }
    : { key: 'analysis:summary.screenSome', values: { tuned: flagged } }
}

function robustnessSentence(evaluation: Evaluation): Sentence | null {
  const typing = summarizeRobustness(evaluation).find(
    ({ kind, rows }) => kind === 'butterFinger' && rows > 0,
  )
  if (!typing) return null
  // Longer answers can change by more than all their words; as a sentence that is all of them.
  const percent = (value: number) => Math.min(100, Math.round(100 * value))
  if (!typing.base)
    return {
      key: 'analysis:summary.robustnessAlone',
      values: { tuned: percent(typing.tuned.wordErrorRate.mean) },
    }
  return {
    key: 'analysis:summary.robustness',
    values: {
      tuned: percent(typing.tuned.wordErrorRate.mean),
      base: percent(typing.base.wordErrorRate.mean),
    },
  }
}

/** What was asked, how many of how many, and how they were chosen. */
export function sourceKey({ plan }: Evaluation): string {
  return `analysis:evaluation.sourceNames.${plan.source.kind}`
}
