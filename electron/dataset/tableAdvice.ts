/** What is good to know about a table as a whole; nothing of it has to be mended. */
import type { FindingCode, FindingExample } from '../../shared/dataset.ts'
import { type FindingCollector, maxExamples } from './findings.ts'
import type { RecordView } from './kernel/recordView.ts'
import { preview } from './preview.ts'

/** Below it fine-tuning mostly learns a tone. */
export const advisedRows = 1000
/** Autopilot fine-tunes Falcon-7B on at most so many rows. */
export const smallestRowLimit = 1000

/** About 2,000 tokens of English: what many base models read at once. */
const longRowBytes = 8192
const mostLabels = 20
const labelBytes = 24
/** Above it both languages are meant. */
const minorityShare = 0.2
const leastRowsForShares = 50

/** Rows in one kind of writing, and the first of them. */
interface Script {
  count: number
  readonly examples: FindingExample[]
}

export class TableAdvice {
  readonly #findings: FindingCollector
  readonly #answers = new Set<number>()
  #rows = 0
  #answerBytes = 0
  readonly #wide: Script = { count: 0, examples: [] }
  readonly #narrow: Script = { count: 0, examples: [] }

  constructor(findings: FindingCollector) {
    this.#findings = findings
  }

  /** A usable row. */
  add(view: RecordView, row: number): void {
    this.#rows += 1
    this.#answerBytes += view.answerLength
    if (this.#answers.size <= mostLabels) this.#answers.add(view.answerHashLow)
    const length = view.questionLength + view.answerLength
    if (length > longRowBytes) this.#report('long-row', view, row)
    if (view.answerLength < 2) this.#report('short-row', view, row)
    const script = view.wide * 3 > view.length * 0.4 ? this.#wide : this.#narrow
    script.count += 1
    if (script.examples.length < maxExamples) script.examples.push(exampleOf(view, row))
  }

  #report(code: FindingCode, view: RecordView, row: number): void {
    this.#findings.add(code, () => exampleOf(view, row))
  }

  finish(usableRows: number): void {
    const fewer = this.#wide.count < this.#narrow.count ? this.#wide : this.#narrow
    const share = fewer.count / Math.max(this.#rows, 1)
    if (this.#rows >= leastRowsForShares && share > 0 && share < minorityShare) {
      this.#findings.count('mixed-languages', fewer.count).examples.push(...fewer.examples)
    }
    const isLabelled =
      this.#rows >= leastRowsForShares &&
      this.#answers.size <= mostLabels &&
      this.#answerBytes / this.#rows < labelBytes
    if (isLabelled) this.#findings.count('label-like-answers', this.#answers.size)
    if (usableRows > 0 && usableRows < advisedRows) this.#findings.count('too-few-rows', usableRows)
    if (usableRows > smallestRowLimit) this.#findings.count('more-rows-than-model', usableRows)
  }
}

function exampleOf(view: RecordView, row: number): FindingExample {
  const text = preview(view.bytes().subarray(0, Math.min(view.length, 800)))
  return { line: view.line, row, column: null, before: text, after: text }
}
