/** The quality score: six parts of 0 to 100, each made of one figure that the analyst can see. */
import type { Quality, QualityPartName } from './profile.ts'

export interface QualityFacts {
  readonly rowCount: number
  readonly filledRowCount: number
  /** Rows that repeat another one, exactly or nearly. */
  readonly repeatedCount: number
  /** Rows whose question has other answers too. */
  readonly conflictCount: number
  readonly overLimitCount: number
  readonly shortAnswerCount: number
  /** Rows of each topic. */
  readonly topicCounts: readonly number[]
}

/** Amazon's advice for fine-tuning, and where more rows stop to count here. */
const advisedRows = 1000

const weights: Readonly<Record<QualityPartName, number>> = {
  complete: 3,
  distinct: 3,
  consistent: 2,
  lengths: 2,
  varied: 1,
  enough: 2,
}

export function qualityOf(facts: QualityFacts): Quality {
  const share = (count: number, of: number) => (of > 0 ? count / of : 0)
  const { rowCount, filledRowCount } = facts
  const values: Readonly<Record<QualityPartName, number>> = {
    complete: share(filledRowCount, rowCount),
    distinct: 1 - share(facts.repeatedCount, filledRowCount),
    consistent: 1 - share(facts.conflictCount, filledRowCount),
    lengths:
      1 -
      share(
        Math.min(facts.overLimitCount + facts.shortAnswerCount, filledRowCount),
        filledRowCount,
      ),
    varied: evenness(facts.topicCounts),
    enough: facts.filledRowCount,
  }
  const scores: Readonly<Record<QualityPartName, number>> = {
    // Faults weigh more than their share: a tenth of repeated rows is a lot.
    complete: 100 * values.complete ** 2,
    distinct: 100 * Math.max(values.distinct, 0) ** 2,
    consistent: 100 * Math.max(values.consistent, 0) ** 2,
    lengths: 100 * values.lengths ** 2,
    varied: 100 * values.varied,
    // On a logarithmic scale: from 10 to 100 rows is as much of a step as from 100 to 1,000.
    enough: 100 * Math.min(1, Math.log10(Math.max(filledRowCount, 1)) / Math.log10(advisedRows)),
  }
  const names = Object.keys(weights) as QualityPartName[] // the record has just these
  const parts = names.map((name) => ({
    name,
    score: Math.round(filledRowCount === 0 ? 0 : scores[name]),
    weight: weights[name],
    value: values[name],
  }))
  const total = parts.reduce((sum, { weight }) => sum + weight, 0)
  const score = parts.reduce((sum, part) => sum + part.score * part.weight, 0) / total
  return { score: Math.round(score), parts }
}

/** Pielou's evenness: 1 when every topic has as many rows as the others. */
function evenness(counts: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0)
  if (counts.length < 2 || sum === 0) return counts.length === 1 ? 0.5 : 0
  const entropy = counts.reduce((total, count) => {
    const share = count / sum
    return share > 0 ? total - share * Math.log(share) : total
  }, 0)
  return entropy / Math.log(counts.length)
}
