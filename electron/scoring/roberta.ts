/** What a RoBERTa in ONNX needs, whatever stands on top of it: tokens between its special ones, and a session. */
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
  id2label: z.record(z.string(), z.string()).default({}),
})

/** RoBERTa's positions begin after the padding's. */
const reservedPositions = 2

export interface Roberta {
  readonly labels: readonly (readonly [index: number, label: string])[]
  /** One output of the graph for a text; longer texts lose their end. @throws Error when there is no such output */
  run(text: string, output: string): Promise<{ data: Float32Array; shape: readonly number[] }>
}

/** @throws Error when the folder holds no such model */
export async function openRoberta(directory: string, threads: number): Promise<Roberta> {
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
  const most = config.max_position_embeddings - reservedPositions
  return {
    labels: Object.entries(config.id2label).map(([index, label]) => [Number(index), label]),
    async run(text, output) {
      const words = tokenizer.encode(text).slice(0, most - 2)
      const ids = [config.bos_token_id, ...words, config.eos_token_id]
      const shape = [1, ids.length]
      const results = await session.run({
        input_ids: new onnx.Tensor('int64', BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new onnx.Tensor('int64', new BigInt64Array(ids.length).fill(1n), shape),
      })
      const found = results[output]
      if (!(found?.data instanceof Float32Array))
        throw new Error(`model.onnx has no output "${output}"`)
      return { data: found.data, shape: found.dims }
    },
  }
}
