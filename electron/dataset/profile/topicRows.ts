/** Which topics the questions of some rows have. */
import { rowsPerGroup } from './rowNumbers.ts'
import type { SampledRow } from './stripeReader.ts'
import { findTopics } from './topics.ts'

export interface FoundTopic {
  readonly label: readonly string[]
  /** Of the rows that were looked at. */
  readonly count: number
  readonly x: number
  readonly y: number
  /** The clearest ones. */
  readonly rows: readonly number[]
}

export interface FoundTopics {
  /** The largest first. */
  readonly topics: readonly FoundTopic[]
  /** Rows without a word that any topic is made of. */
  readonly without: number
}

/** Topics are found from so many questions; the others go where they are nearest. */
const modelRows = 4000
const seed = 1

export function findTopicsOfRows(sample: readonly SampledRow[]): FoundTopics {
  const every = Math.max(1, Math.ceil(sample.length / modelRows))
  const questions = sample.filter((_, index) => index % every === 0).map(({ question }) => question)
  const model = findTopics(questions, seed)
  const members = model.labels.map((): { row: number; clearness: number }[] => [])
  let without = 0
  for (const { row, question } of sample) {
    const { topic, clearness } = model.assign(question)
    const rows = members[topic]
    if (rows) rows.push({ row, clearness })
    else without += 1
  }
  const topics = model.labels.map((label, index): FoundTopic => {
    const rows = members[index] ?? []
    const clearest = rows.toSorted((a, b) => b.clearness - a.clearness || a.row - b.row)
    const { x, y } = model.positions[index] ?? { x: 0.5, y: 0.5 }
    const examples = clearest.slice(0, rowsPerGroup).map(({ row }) => row)
    return { label, count: rows.length, x, y, rows: examples }
  })
  return {
    topics: topics.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
    without,
  }
}
