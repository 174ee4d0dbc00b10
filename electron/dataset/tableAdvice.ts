/** What is good to know about a table as a whole; nothing of it has to be mended. */
import type { FindingCode, FindingExample } from '../../shared/dataset.ts'
import { type FindingCollector, maxExamples } from './findings.ts'
import { word } from './kernel/kernel.ts'
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

  /** A usable row, by its words alone; false, and not added, where there is something to show of it. */
  addPlain(words: Int32Array, at: number): boolean {
    // A record has all of these.
    const answerLength = words[at + word.answerLength] as number
    const length = (words[at + word.questionLength] as number) + answerLength
    if (length > longRowBytes || answerLength < 2) return false
    const script = this.#scriptOf(
      words[at + word.wide] as number,
      words[at + word.length] as number,
    )
    if (script.examples.length < maxExamples) return false
    this.#count(script, answerLength, (words[at + word.answerHash] as number) >>> 0)
    return true
  }

  /** A usable row. */
  add(view: RecordView, row: number): void {
    const length = view.questionLength + view.answerLength
    if (length > longRowBytes) this.#report('long-row', view, row)
    if (view.answerLength < 2) this.#report('short-row', view, row)
    const script = this.#scriptOf(view.wide, view.length)
    if (script.examples.length < maxExamples) script.examples.push(exampleOf(view, row))
    this.#count(script, view.answerLength, view.answerHashLow)
  }

  /** @param wide leads of characters of three or four bytes @param length bytes of the row */
  #scriptOf(wide: number, length: number): Script {
    return wide * 3 > length * 0.4 ? this.#wide : this.#narrow
  }

  #count(script: Script, answerLength: number, answerHash: number): void {
    script.count += 1
    this.#rows += 1
    this.#answerBytes += answerLength
    if (this.#answers.size <= mostLabels) this.#answers.add(answerHash)
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
