/** Questions that stand on both sides of a split: a model that has read the answer is not tested by it. */
import { EqualKeys } from './equalKeys.ts'
import type { QuestionSpool } from './questionSpool.ts'
import { SimilarTexts } from '../profile/nearDuplicates.ts'

/** Rows of a table, ascending, with what is kept of their questions. */
export interface AskedRows {
  readonly questions: QuestionSpool
  readonly rows: Uint32Array
}

/** A validation row whose question is a training row's. */
export interface Leak {
  /** Its place among the validation rows. */
  readonly validation: number
  /** The first such training row's place among them. */
  readonly training: number
  /** Word for word; nearly, otherwise. */
  readonly isSame: boolean
}

export interface Leaks {
  /** In the order of the validation rows. */
  [Symbol.iterator](): Generator<Leak>
  /** Whether some question is unlike the first one. */
  readonly hasSeveralQuestions: boolean
}

/** Training rows are compared first: which of them a question is near to depends on it where very many are alike. */
export function findLeaks(training: AskedRows, validation: AskedRows): Leaks {
  const [trained, count] = [training.rows.length, training.rows.length + validation.rows.length]
  const [equal, similar] = [new EqualKeys(), new SimilarTexts()]
  try {
    training.questions.addTo({ equal, similar }, training.rows)
    validation.questions.addTo({ equal, similar }, validation.rows, trained)
    const sameAs = equal.finish(count)
    const like = similar.group(count)
    return {
      hasSeveralQuestions: like.some((first) => first !== like[0]),
      *[Symbol.iterator]() {
        for (let place = trained; place < count; place += 1) {
          // Groups are named by their first row, and training rows come first.
          const [same, near] = [sameAs[place] as number, like[place] as number]
          const isSame = same < trained
          if (isSame || near < trained)
            yield { validation: place - trained, training: isSame ? same : near, isSame }
        }
      },
    }
  } finally {
    equal.close()
    similar.close()
  }
}
