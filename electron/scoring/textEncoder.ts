/**
 * A BERT or RoBERTa encoder as Hugging Face's folders hold it: config.json, tokenizer.json, model.onnx with a row of
 * `last_hidden_state` for every token. Compares two texts by BERTScore.
 */
import { matchTokens, type Match, type TokenRows } from './encoderMatch.ts'
import { openTextModel } from './textModel.ts'

export interface TextEncoder {
  /** Longer texts lose their end. */
  compare(text: string, reference: string): Promise<Match>
}

/** @throws Error when the folder holds no such model */
export async function loadTextEncoder(directory: string, threads: number): Promise<TextEncoder> {
  const { run } = await openTextModel(directory, threads)
  /** References are asked for twice, for the tuned and for the base model's answer. */
  let last: { readonly text: string; readonly rows: TokenRows } | null = null

  async function embed(text: string): Promise<TokenRows> {
    const { data, shape } = await run(text, 'last_hidden_state')
    return { values: data, width: shape.at(-1) ?? 1 }
  }

  return {
    async compare(text, reference) {
      if (last?.text !== reference) last = { text: reference, rows: await embed(reference) }
      return matchTokens(await embed(text), last.rows)
    },
  }
}
