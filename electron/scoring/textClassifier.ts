/**
 * A RoBERTa classifier as Hugging Face's folders hold it: config.json, tokenizer.json, model.onnx. Each label has a
 * probability of its own (sigmoid), as Detoxify computes them.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as onnx from 'onnxruntime-node'
import { z } from 'zod'
import { loadTokenizer } from '../engine/model/tokenizer.ts'
import { forbidTelemetry } from '../engine/telemetry.ts'

const configSchema = z.looseObject({
  model_type: z.literal('roberta'),
  bos_token_id: z.number().int().default(0),
  eos_token_id: z.number().int().default(2),
  max_position_embeddings: z.number().int().positive(),
  id2label: z.record(z.string(), z.string()),
})

/** RoBERTa's positions begin after the padding's. */
const reservedPositions = 2

export interface TextClassifier {
  /** Probability of each label, by name. Longer texts lose their end. */
  classify(text: string): Promise<Record<string, number>>
}

/** @throws Error when the folder holds no such model */
export async function loadTextClassifier(
  directory: string,
  threads: number,
): Promise<TextClassifier> {
  forbidTelemetry()
  const config = configSchema.parse(
    JSON.parse(await readFile(path.join(directory, 'config.json'), 'utf8')),
  )
  const tokenizer = await loadTokenizer(directory)
  const session = await onnx.InferenceSession.create(path.join(directory, 'model.onnx'), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  const labels = Object.entries(config.id2label).map(
    ([index, label]) => [Number(index), label] as const,
  )
  const most = config.max_position_embeddings - reservedPositions

  return {
    async classify(text) {
      const words = tokenizer.encode(text).slice(0, most - 2)
      const ids = [config.bos_token_id, ...words, config.eos_token_id]
      const shape = [1, ids.length]
      const results = await session.run({
        input_ids: new onnx.Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new onnx.Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      })
      const logits = results['logits']?.data
      if (!(logits instanceof Float32Array)) throw new Error('model.onnx has no output "logits"')
      return Object.fromEntries(
        labels.map(([index, label]) => [label, sigmoid(logits[index] ?? -Infinity)]),
      )
    },
  }
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
