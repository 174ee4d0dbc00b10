/**
 * A BERT or RoBERTa classifier as Hugging Face's folders hold it: config.json, tokenizer.json, model.onnx. Each label has a
 * probability of its own (sigmoid), as Detoxify computes them.
 */
import { openTextModel } from './textModel.ts'

export interface TextClassifier {
  /** Probability of each label, by name. Longer texts lose their end. */
  classify(text: string): Promise<Record<string, number>>
}

/** @throws Error when the folder holds no such model */
export async function loadTextClassifier(
  directory: string,
  threads: number,
): Promise<TextClassifier> {
  const { labels, run } = await openTextModel(directory, threads)
  if (labels.length === 0) throw new Error('config.json has no labels')
  return {
    async classify(text) {
      const { data: logits } = await run(text, 'logits')
      return Object.fromEntries(
        labels.map(([index, label]) => [label, sigmoid(logits[index] ?? -Infinity)]),
      )
    },
  }
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
