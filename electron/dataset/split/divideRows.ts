/**
 * Divides the rows of a table as a plan says; for threads. The same rows, plan and seed always give the same sides. Of a row
 * no more is kept than its number, hashes and a signature, the latter two in files where there are very many: memory is
 * bounded by some 20 bytes a row, and 50 more where almost all questions are alike.
 */
import { AppError } from '../../../shared/errors.ts'
import {
  rowsWhere,
  sampleOf,
  splitGroups,
  splitRows,
  splitStrata,
  type Sides,
} from '../../../shared/split.ts'
import type { SplitPlan } from '../../../shared/workbench/splitChoice.ts'
import type { SplitRequest } from '../../../shared/workbench/splitPlan.ts'
import { BitSet } from '../bitSet.ts'
import { EqualKeys } from './equalKeys.ts'
import { RowHasher } from '../kernel/kernel.ts'
import { findLeaks, type AskedRows, type Leaks } from './leakage.ts'
import { SimilarTexts } from '../profile/nearDuplicates.ts'
import { findTopics } from '../profile/topics.ts'
import { topicCharacters } from '../profile/words.ts'
import { QuestionSpool } from './questionSpool.ts'
import { columnIndex } from '../rowCheck.ts'
import type { Chunks } from '../textEncoding.ts'
import { readCellHashes, readTexts, readUsableRows } from './trainingExamples.ts'

/** Row numbers of both sides, ascending; those of a validation file are its own. */
export interface Division {
  readonly training: Uint32Array
  readonly validation: Uint32Array
  /** Groups, topics or sets of similar questions; null where there are none. */
  readonly groupCount: number | null
}

export interface DivideOptions {
  readonly read: (contentSha256: string) => Chunks
  readonly contentSha256: string
  readonly request: Omit<SplitRequest, 'datasetId'>
  /** From 0 to 1. */
  readonly onProgress?: (fraction: number) => void
  /** Rows in all, for the progress. */
  readonly rowCount?: number
}

/** Topics are found from so many questions at most; the others go where they are nearest. */
const topicSample = 4000
/** How far reading the rows brings it, and finding the topic of each; and how often it is told. */
const readShare = 0.5
const topicShare = 0.3
export const divideShare = readShare + topicShare
const rowsPerStep = 20_000

/** Rows that were read and what is known of their questions, for one plan after another. */
export class RowDivider {
  readonly #options: DivideOptions
  readonly #plan: SplitPlan
  readonly #hasher = new RowHasher()
  /** Null where no question is compared with another. */
  #questions: QuestionSpool | null = null
  #fileQuestions: QuestionSpool | null = null

  /** @param comparesQuestions where leakage is asked for, whatever the plan */
  constructor(options: DivideOptions, comparesQuestions = false) {
    this.#options = options
    const plan = (this.#plan = options.request.split ?? { kind: 'random' })
    const isWanted =
      comparesQuestions || plan.kind === 'similar' || (plan.kind !== 'random' && plan.withoutLeaked)
    if (isWanted) this.#questions = new QuestionSpool(this.#hasher)
    if (isWanted && plan.kind === 'file') this.#fileQuestions = new QuestionSpool(this.#hasher)
  }

  /**
   * @throws AppError SplitImpossible when all rows are of one group; NothingToValidate when all validation rows stand among
   *   the training rows; ColumnNotFound, DiskFull
   */
  async divide(): Promise<Division> {
    const plan = this.#plan
    const both = await this.#divideAll()
    if (plan.kind === 'random' || !plan.withoutLeaked) return both
    const leaked = new BitSet(both.validation.length)
    for (const { validation } of this.findLeaks(both)) leaked.add(validation)
    const validation = rowsWhere(both.validation, (place) => !leaked.has(place))
    if (validation.length > 0 || leaked.size === 0) return { ...both, validation }
    throw new AppError('NothingToValidate', 'Every validation row stands among the training rows')
  }

  /** Of sides that `divide` gave, or a part of them. */
  findLeaks({ training, validation }: Division): Leaks {
    return findLeaks(this.#asked(training), {
      ...this.#asked(validation),
      ...(this.#fileQuestions && { questions: this.#fileQuestions }),
    })
  }

  /** Of question and answer of all these rows; an estimate. */
  tokensOf(training: Uint32Array): number {
    return this.#asked(training).questions.tokensOf(training)
  }

  close(): void {
    this.#questions?.close()
    this.#fileQuestions?.close()
  }

  async #divideAll(): Promise<Division> {
    const plan = this.#plan
    const { contentSha256, request } = this.#options
    const { sampleRows, splitSeed: seed, validationFraction: share } = request
    const usable = await this.#read(contentSha256, this.#questions)
    const rows = sampleOf(usable, sampleRows ?? null, seed)
    switch (plan.kind) {
      case 'random':
        return { ...sidesOf(rows, splitRows(rows.length, share, seed)), groupCount: null }
      case 'file': {
        const { contentSha256: file = '' } = plan
        const validation = await this.#read(file, this.#fileQuestions)
        return { training: rows, validation, groupCount: null }
      }
      case 'group':
      case 'similar': {
        const firstOf =
          plan.kind === 'group'
            ? await this.#groupRows(rows, plan.column)
            : this.#groupQuestions(rows)
        const split = splitGroups(firstOf, share, seed)
        if (!split) throw oneGroup(plan)
        return { ...sidesOf(rows, split.sides), groupCount: split.groupCount }
      }
      case 'topic': {
        const { sides, groupCount } = splitStrata(await this.#topicsOf(rows), share, seed)
        return { ...sidesOf(rows, sides), groupCount }
      }
    }
  }

  /** @returns the usable rows */
  #read(contentSha256: string, questions: QuestionSpool | null): Promise<Uint32Array> {
    const { read, request, onProgress, rowCount = 0 } = this.#options
    const plan = this.#plan
    let count = 0
    return readUsableRows(read(contentSha256), request.columns, {
      hasher: this.#hasher,
      onTable: ({ columns }) => {
        if (plan.kind === 'group') columnIndex(columns, plan.column)
      },
      onRow: (texts) => {
        questions?.add(texts)
        count += 1
        if (count % rowsPerStep === 0) onProgress?.(readShare * Math.min(1, count / rowCount))
      },
    })
  }

  /** In a pass of its own, in which the kernel hashes the groups' cells. */
  async #groupRows(rows: Uint32Array, column: string): Promise<Int32Array> {
    const { read, contentSha256 } = this.#options
    const equal = new EqualKeys()
    let place = 0
    try {
      await readCellHashes(read(contentSha256), column, BitSet.of(rows), (low, high) => {
        equal.add(place, low, high)
        place += 1
      })
      return equal.finish(rows.length)
    } finally {
      equal.close()
    }
  }

  #groupQuestions(rows: Uint32Array): Int32Array {
    const similar = new SimilarTexts()
    try {
      this.#asked(rows).questions.addTo({ similar }, rows)
      return similar.group(rows.length)
    } finally {
      similar.close()
    }
  }

  /** The topic of each row, -1 for none; in a pass of its own, once it is known which questions topics are found from. */
  async #topicsOf(rows: Uint32Array): Promise<Int8Array> {
    const { read, contentSha256, request, onProgress } = this.#options
    const sample = sampleOf(rows, topicSample, request.splitSeed)
    const questions: string[] = []
    const starts = (wanted: Uint32Array) =>
      readTexts(read(contentSha256), request.columns, BitSet.of(wanted), (texts) =>
        texts.promptStart(topicCharacters),
      )
    for await (const batch of starts(sample)) questions.push(...batch)
    const model = findTopics(questions, request.splitSeed)
    const topics = new Int8Array(rows.length)
    let place = 0
    for await (const batch of starts(rows)) {
      for (const question of batch) topics[place++] = model.assign(question).topic
      onProgress?.(readShare + topicShare * (place / rows.length))
    }
    return topics
  }

  #asked(rows: Uint32Array): AskedRows {
    if (this.#questions) return { questions: this.#questions, rows }
    throw new RangeError('The questions were not kept')
  }
}

function sidesOf(rows: Uint32Array, sides: Sides): Pick<Division, 'training' | 'validation'> {
  return {
    training: rowsWhere(rows, (place) => sides[place] === 0),
    validation: rowsWhere(rows, (place) => sides[place] === 1),
  }
}

function oneGroup(plan: SplitPlan): AppError {
  const column = plan.kind === 'group' ? plan.column : ''
  return new AppError('SplitImpossible', 'All rows belong to one group', { details: { column } })
}
