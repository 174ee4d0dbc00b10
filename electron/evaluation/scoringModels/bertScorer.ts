/** The encoder that BERTScore needs on this computer: where one comes from, and how near it finds two texts. */
import type { BertScores } from '../../../shared/bertScore.ts'
import type { ScoringModelSource } from './downloadScoringModel.ts'
import {
  createScoringModelFolder,
  type ScoringModel,
  type ScoringModelOptions,
} from './scoringModelFolder.ts'

/**
 * sentence-transformers/distiluse-base-multilingual-cased-v2 (N. Reimers and I. Gurevych, 2020) as ONNX, weights in 8
 * bits: a DistilBERT for more than 50 languages, English and Chinese among them; Apache-2.0.
 */
export const encoderSource: ScoringModelSource = {
  repository: 'Xenova/distiluse-base-multilingual-cased-v2',
  weights: 'onnx/model_quantized.onnx',
}

export interface BertScorer extends ScoringModel {
  /** Of each answer against the reference; null without an encoder. @throws AppError EncoderUnusable */
  score(answers: readonly string[], reference: string): Promise<BertScores[] | null>
}

export function createBertScorer(options: ScoringModelOptions): BertScorer {
  const model = createScoringModelFolder({
    ...options,
    kind: 'encoder',
    source: encoderSource,
    unusable: 'EncoderUnusable',
    tryOut: async (encoder) => void toScores(await encoder.classify('Hello.', 'Good day.')),
  })
  return {
    ...model,
    score: (answers, reference) =>
      model.use(async (encoder) => {
        const scores: BertScores[] = []
        for (const answer of answers)
          scores.push(toScores(await encoder.classify(answer, reference)))
        return scores
      }),
  }
}

/** @throws Error when it is no encoder */
function toScores({ precision, recall, f1 }: Readonly<Record<string, number>>): BertScores {
  if (precision === undefined || recall === undefined || f1 === undefined)
    throw new Error('it compares nothing')
  return { precision, recall, f1 }
}
