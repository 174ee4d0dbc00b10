/** What is counted while the rows of a dataset go by, and what is compared once all of them did. */
import { firstOwnScript, languageCodes } from './languageTables.ts'
import { LengthCounter } from './lengths.ts'
import { SimilarTexts } from './nearDuplicates.ts'
import { RepetitionFinder } from './repetitions.ts'
import { largest, RowCounter, rowsPerGroup, type RowNumbers } from './rowNumbers.ts'
import type { SampledRow, StripeRows } from './stripeReader.ts'
import { rowFlag, rowWord, rowWords } from './textKernel.ts'

export interface Alike {
  /** Rows that repeat one before them. */
  readonly exact: RowNumbers
  /** Others that could go without a text being lost. */
  readonly nearCount: number
  readonly near: readonly RowNumbers[]
  readonly conflictCount: number
  readonly conflicts: readonly RowNumbers[]
}

export class ProfilePass {
  readonly questionLengths = new LengthCounter()
  readonly answerLengths = new LengthCounter()
  readonly overLimit = new RowCounter()
  readonly shortAnswers = new RowCounter()
  /** Rows that ask in one language and answer in another. */
  readonly mixed = new RowCounter()
  readonly sample: SampledRow[] = []
  rowCount = 0
  filledCount = 0
  readonly #lastRow: number
  readonly #limit: number
  readonly #templateLength: number
  readonly #languages = new Uint32Array(languageCodes.length)
  readonly #repetitions = new RepetitionFinder()
  readonly #similar = new SimilarTexts()
  #totalLength = 0
  #cutLength = 0

  /** @param templateLength what is around each question and answer */
  constructor(options: { lastRow: number; limit: number | null; templateLength: number }) {
    this.#lastRow = options.lastRow
    this.#limit = options.limit ?? Infinity
    this.#templateLength = options.templateLength
  }

  /** Rows come in the order of their numbers. */
  add({ rowCount, words, sample }: StripeRows): void {
    this.rowCount += rowCount
    this.filledCount += words.length / rowWords
    for (const row of sample) this.sample.push(row)
    for (let at = 0; at < words.length; at += rowWords) this.#addRow(words, at)
  }

  /** Of all that is read, the part that would be cut off. */
  get cutShare(): number {
    return this.#totalLength > 0 ? this.#cutLength / this.#totalLength : 0
  }

  languages(): { code: string; count: number }[] {
    return languageCodes
      .map((code, index) => ({ code, count: this.#languages[index] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
  }

  /** Once all rows were added. */
  compare(): Alike {
    const { repeated, conflictCount, conflicts } = this.#repetitions.finish(this.#lastRow)
    const exact = new RowCounter()
    for (const row of repeated.values()) exact.add(row)
    const parents = this.#similar.group(this.#lastRow + 1, (row) => repeated.has(row))
    return { exact, ...nearOf(parents), conflictCount, conflicts }
  }

  close(): void {
    this.#repetitions.close()
    this.#similar.close()
  }

  #addRow(words: Uint32Array, at: number): void {
    // A row has all its words.
    const row = words[at + rowWord.row] as number
    const question = words[at + rowWord.questionLength] as number
    const answer = words[at + rowWord.answerLength] as number
    const traits = words[at + rowWord.traits] as number
    this.questionLengths.add(question)
    this.answerLengths.add(answer)
    const total = question + answer + this.#templateLength
    this.#totalLength += total
    if (total > this.#limit) {
      this.overLimit.add(row)
      this.#cutLength += total - this.#limit
    }
    if (traits & rowFlag.shortAnswer) this.shortAnswers.add(row)
    this.#addLanguages(row, traits)
    this.#repetitions.add(words, at)
    if (traits & rowFlag.signed) this.#similar.add(row, words, at + rowWord.signature)
  }

  #addLanguages(row: number, traits: number): void {
    const [asks, answers] = [traits & 0xff, (traits >>> 8) & 0xff]
    // The longer text tells more surely.
    const isAsked = answers === 0 || (asks !== 0 && (traits & rowFlag.longerQuestion) !== 0)
    const language = isAsked ? asks : answers
    this.#languages[language] = (this.#languages[language] ?? 0) + 1
    if (asks === answers || asks === 0 || answers === 0) return
    // Languages of one script are told apart by their common words: short texts have too few of them to be sure.
    const isSure = traits & rowFlag.bothLong || asks >= firstOwnScript || answers >= firstOwnScript
    if (isSure) this.mixed.add(row)
  }
}

/** @param parents the first row of each row's group */
function nearOf(parents: Int32Array): { nearCount: number; near: readonly RowNumbers[] } {
  const sizes = new Uint32Array(parents.length)
  let nearCount = 0
  parents.forEach((first, row) => {
    sizes[first] = (sizes[first] ?? 0) + 1
    if (first !== row) nearCount += 1
  })
  let groups: RowNumbers[] = []
  const mostWaiting = 10_000
  sizes.forEach((count, row) => {
    if (count > 1) groups.push({ count, rows: [row] })
    if (groups.length > mostWaiting) groups = largest(groups)
  })
  const shown = new Map(
    largest(groups).map(({ count, rows }) => [rows[0], { count, rows: [] as number[] }]),
  )
  parents.forEach((first, row) => {
    const rows = shown.get(first)?.rows
    if (rows && rows.length < rowsPerGroup) rows.push(row)
  })
  return { nearCount, near: [...shown.values()] }
}
