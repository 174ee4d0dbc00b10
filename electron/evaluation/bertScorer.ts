/** The encoder that BERTScore needs, where the user has one: a RoBERTa as ONNX. */
import type { BertScores } from '../../shared/bertScore.ts'
import { createModelFolder } from './modelFolder.ts'

export interface BertScorer {
  /** Null while there is no encoder on this computer. */
  sizeBytes(): Promise<number | null>
  /** Of each answer against the reference; null without an encoder. @throws AppError EncoderUnusable */
  score(answers: readonly string[], reference: string): Promise<BertScores[] | null>
  /** A folder that the user has. @throws AppError EncoderUnusable */
  importFolder(folder: string): Promise<void>
  remove(): Promise<void>
  close(): Promise<void>
}

export function createBertScorer(directory: string): BertScorer {
  const model = createModelFolder({
    directory,
    kind: 'encoder',
    unusable: 'EncoderUnusable',
    tryOut: async (encoder) => void toScores(await encoder.classify('Hello.', 'Good day.')),
  })
  return {
    sizeBytes: () => model.sizeBytes(),
    score: (answers, reference) =>
      model.use(async (encoder) => {
        const scores: BertScores[] = []
        for (const answer of answers)
          scores.push(toScores(await encoder.classify(answer, reference)))
        return scores
      }),
    importFolder: (folder) => model.importFolder(folder),
    remove: () => model.remove(),
    close: () => model.close(),
  }
}

/** @throws Error when it is no encoder */
function toScores({ precision, recall, f1 }: Readonly<Record<string, number>>): BertScores {
  if (precision === undefined || recall === undefined || f1 === undefined)
    throw new Error('it compares nothing')
  return { precision, recall, f1 }
}
