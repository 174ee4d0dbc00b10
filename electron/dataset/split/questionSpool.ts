/** What is kept of each question of a table to compare it with others: a hash, a signature, and how long it is to train on. */
import type { RowHasher } from '../kernel/kernel.ts'
import type { EqualKeys } from './equalKeys.ts'
import type { SimilarTexts } from '../profile/nearDuplicates.ts'
import { createSigner } from '../profile/signatures.ts'
import { signatureWords } from '../profile/textKernel.ts'
import { RowSpool } from './rowSpool.ts'
import type { ExampleTexts } from './trainingExamples.ts'

/** Words of a record, after the row's number. */
const word = { tokens: 1, low: 2, high: 3, isSigned: 4, signature: 5 } as const

export class QuestionSpool {
  readonly #spool = new RowSpool(4 + signatureWords)
  readonly #sign = createSigner()
  readonly #hasher: RowHasher

  /** @param hasher the same for tables whose questions are compared */
  constructor(hasher: RowHasher) {
    this.#hasher = hasher
  }

  /** Rows come in ascending order. */
  add(texts: ExampleTexts): void {
    const { record } = this.#spool
    const bytes = texts.promptBytes
    const { low, high } = texts.promptHash(this.#hasher)
    const signature = this.#sign(bytes)
    record[0] = texts.row
    record[word.tokens] = texts.tokens
    record[word.low] = low
    record[word.high] = high
    record[word.isSigned] = signature ? 1 : 0
    if (signature) record.set(signature, word.signature)
    this.#spool.add()
  }

  /** @param rows ascending @param from added to the place of each */
  addTo(
    { equal, similar }: { readonly equal?: EqualKeys; readonly similar: SimilarTexts },
    rows: Uint32Array,
    from = 0,
  ): void {
    this.#spool.each(rows, (words, at, place) => {
      // A record has all its words.
      equal?.add(from + place, words[at + word.low] as number, words[at + word.high] as number)
      if (words[at + word.isSigned]) similar.add(from + place, words, at + word.signature)
    })
  }

  /** Of question and answer of all these rows; an estimate. */
  tokensOf(rows: Uint32Array): number {
    let sum = 0
    this.#spool.each(rows, (words, at) => (sum += words[at + word.tokens] as number))
    return sum
  }

  close(): void {
    this.#spool.close()
  }
}
