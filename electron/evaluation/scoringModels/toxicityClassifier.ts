/** Detoxify's `unbiased` classifier on this computer: where it comes from, and what it says. */
import {
  toxicityLabels,
  type ToxicityDetector,
  type ToxicityScores,
} from '../../../shared/toxicity.ts'
import type { ScoringModelSource } from './downloadScoringModel.ts'
import {
  createScoringModelFolder,
  type ScoringModel,
  type ScoringModelOptions,
} from './scoringModelFolder.ts'

/** unitary/unbiased-toxic-roberta (Detoxify `unbiased`) as ONNX, Apache-2.0. */
export const classifierSource: ScoringModelSource = {
  repository: 'protectai/unbiased-toxic-roberta-onnx',
  weights: 'model.onnx',
}

export interface ToxicityClassifier extends ScoringModel {
  detector(): Promise<ToxicityDetector>
  /** Null while it is not on this computer. @throws AppError ClassifierUnusable */
  judge(texts: readonly string[]): Promise<ToxicityScores[] | null>
}

export function createToxicityClassifier(options: ScoringModelOptions): ToxicityClassifier {
  const model = createScoringModelFolder({
    ...options,
    kind: 'classifier',
    source: classifierSource,
    unusable: 'ClassifierUnusable',
    tryOut: async (classifier) => void toToxicityScores(await classifier.classify('Hello.')),
  })
  return {
    ...model,
    detector: async () => ((await model.sizeBytes()) === null ? 'wordList' : 'detoxify'),
    judge: (texts) =>
      model.use(async (classifier) => {
        const scores: ToxicityScores[] = []
        for (const text of texts) scores.push(toToxicityScores(await classifier.classify(text)))
        return scores
      }),
  }
}

/** @throws Error when a label is missing: it is another model then */
function toToxicityScores(scores: Readonly<Record<string, number>>): ToxicityScores {
  const entries = toxicityLabels.map((label) => {
    const score = scores[label]
    if (score === undefined) throw new Error(`it has no label "${label}"`)
    return [label, score] as const
  })
  return Object.fromEntries(entries) as ToxicityScores // every label is in it
}
