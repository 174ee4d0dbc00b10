/** What a BERT in ONNX needs, whatever stands on top of it: tokens between its special ones, and a session. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as onnx from 'onnxruntime-node'
import { z } from 'zod'
import { loadTokenizer } from '../engine/model/tokenizer.ts'
import { forbidTelemetry } from '../engine/telemetry.ts'
import { parseWordPiece } from './wordPiece.ts'

const configSchema = z.looseObject({
  model_type: z.enum(['roberta', 'bert', 'distilbert']),
  bos_token_id: z.number().int().default(0),
  eos_token_id: z.number().int().default(2),
  max_position_embeddings: z.number().int().positive(),
  id2label: z.record(z.string(), z.string()).default({}),
})

/** RoBERTa's positions begin after the padding's. */
const reservedPositions = 2

export interface TextModel {
  readonly labels: readonly (readonly [index: number, label: string])[]
  /** One output of the graph for a text; longer texts lose their end. @throws Error when there is no such output */
  run(text: string, output: string): Promise<{ data: Float32Array; shape: readonly number[] }>
}

interface TextTokens {
  readonly beginId: number
  readonly endId: number
  encode(text: string): number[]
  /** With the special ones. */
  readonly most: number
}

/** @throws Error when the folder holds no such model */
export async function openTextModel(directory: string, threads: number): Promise<TextModel> {
  forbidTelemetry()
  const config = configSchema.parse(await readJson(path.join(directory, 'config.json')))
  const { beginId, endId, encode, most } = await openTokens(directory, config)
  const session = await onnx.InferenceSession.create(path.join(directory, 'model.onnx'), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  return {
    labels: Object.entries(config.id2label).map(([index, label]) => [Number(index), label]),
    async run(text, output) {
      const ids = [beginId, ...encode(text).slice(0, most - 2), endId]
      const tensorOf = (values: BigInt64Array) => new onnx.Tensor('int64', values, [1, ids.length])
      const known: Readonly<Record<string, () => onnx.Tensor>> = {
        input_ids: () => tensorOf(BigInt64Array.from(ids, BigInt)),
        attention_mask: () => tensorOf(new BigInt64Array(ids.length).fill(1n)),
        // All of it is the first of BERT's two texts.
        token_type_ids: () => tensorOf(new BigInt64Array(ids.length)),
      }
      const results = await session.run(
        Object.fromEntries(
          session.inputNames.map((name) => {
            const make = known[name]
            if (!make) throw new Error(`model.onnx asks for "${name}"`)
            return [name, make()]
          }),
        ),
      )
      const found = results[output]
      if (!(found?.data instanceof Float32Array))
        throw new Error(`model.onnx has no output "${output}"`)
      return { data: found.data, shape: found.dims }
    },
  }
}

async function openTokens(
  directory: string,
  config: z.infer<typeof configSchema>,
): Promise<TextTokens> {
  if (config.model_type !== 'roberta') {
    const wordPiece = parseWordPiece(await readJson(path.join(directory, 'tokenizer.json')))
    return { ...wordPiece, most: config.max_position_embeddings }
  }
  const tokenizer = await loadTokenizer(directory)
  return {
    beginId: config.bos_token_id,
    endId: config.eos_token_id,
    encode: (text) => tokenizer.encode(text),
    most: config.max_position_embeddings - reservedPositions,
  }
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'))
}
