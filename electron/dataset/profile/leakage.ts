/** Questions that stand on both sides of a split: a model that has read the answer is not tested by it. */
import type { TrainingExample } from '../../../shared/dataset.ts'
import { groupSimilar } from './nearDuplicates.ts'
import { createSigner, signatureLength } from './signatures.ts'

const mostExamples = 5

export interface Leakage {
  /** Validation rows whose question is a training row's, word for word. */
  readonly same: number
  /** Of the others, those whose question is nearly a training row's. */
  readonly similar: number
  readonly examples: { validation: string; training: string }[]
}

/** For each question the first one that is nearly the same: itself, mostly. */
export function similarQuestions(questions: readonly string[]): Int32Array {
  const signatures = new Uint8Array(questions.length * signatureLength)
  const isSigned = new Uint8Array(questions.length)
  const signer = createSigner()
  questions.forEach((question, index) => {
    const bytes = Buffer.from(question)
    signer.begin()
    signer.add(bytes, 0, bytes.length)
    isSigned[index] = signer.write(signatures, index * signatureLength) ? 1 : 0
  })
  return groupSimilar(signatures, isSigned)
}

export function findLeakage(
  training: readonly TrainingExample[],
  validation: readonly TrainingExample[],
): Leakage {
  const groups = similarQuestions([...training, ...validation].map(({ prompt }) => prompt))
  const known = new Set(training.map(({ prompt }) => prompt.trim()))
  const trainingOf = new Map<number, string>()
  training.forEach(({ prompt }, index) => trainingOf.set(groups[index] ?? -1, prompt))
  const examples: Leakage['examples'] = []
  let same = 0
  let similar = 0
  validation.forEach(({ prompt }, index) => {
    const isSame = known.has(prompt.trim())
    const like = isSame ? prompt : trainingOf.get(groups[training.length + index] ?? -1)
    if (like === undefined) return
    if (isSame) same += 1
    else similar += 1
    if (examples.length < mostExamples) examples.push({ validation: prompt, training: like })
  })
  return { same, similar, examples }
}
