/** A training step (forward, backward, AdamW) of the engine, beside plain PyTorch with the same shape where it is installed. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseModelConfig } from '../../electron/engine/model/config.ts'
import { initializeWeights } from '../../electron/engine/model/initialization.ts'
import { TrainableModel, type LossBatch } from '../../electron/engine/train/model.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'

/** The shape of about five million weights; both sides train all of them, with a loss at every position. */
const shape = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 704,
  num_hidden_layers: 5,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 4096,
  max_position_embeddings: 512,
  rope_theta: 10000,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
}
const batch = 8
const length = 128
const threads = 2
const warmUpSteps = 2
const optimizer = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01 }

export async function benchTrain({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const steps = quick ? 6 : 20
  const ours = await engineTokensPerSecond(steps)
  say(`engine: ${ours.toFixed(0)} tokens/s`)
  const peer = peerTokensPerSecond(steps, say)
  return [
    {
      suite: 'train',
      case: `5M full ${batch}x${length}`,
      metric: 'training step',
      value: ours,
      unit: 'tokens/s',
      peer: peer?.name ?? 'PyTorch',
      peerValue: peer?.value ?? null,
      ratio: peer === null ? null : ours / peer.value,
      n: steps,
    },
  ]
}

async function engineTokensPerSecond(steps: number): Promise<number> {
  const config = parseModelConfig(shape)
  const model = new TrainableModel(config, threads)
  initializeWeights(model.weights, config, 1)
  const count = batch * length
  const token = (index: number) => BigInt((index * 7919) % shape.vocab_size)
  const rows: LossBatch = {
    batch,
    length,
    ids: BigInt64Array.from({ length: count }, (_, index) => token(index)),
    rows: null,
    labels: BigInt64Array.from({ length: count }, (_, index) => token(index + 1)),
    rowWeights: new Float32Array(count).fill(1 / count),
  }
  const seconds: number[] = []
  for (let step = 1; step <= steps + warmUpSteps; step += 1) {
    const startedAt = performance.now()
    await model.backward(rows)
    model.update(step, 1e-4, 1, optimizer)
    if (step > warmUpSteps) seconds.push((performance.now() - startedAt) / 1000)
  }
  await model.close()
  return count / median(seconds)
}

/** At its best thread setting of one and two; null when there is no PyTorch here, which is said. */
function peerTokensPerSecond(
  steps: number,
  say: (line: string) => void,
): { name: string; value: number } | null {
  const script = path.join(repositoryRoot, 'build', 'bench', 'train_peer.py')
  let best: { name: string; value: number } | null = null
  for (const python of ['python3', '/usr/bin/python3']) {
    for (const peerThreads of [1, 2]) {
      const { status, stdout } = spawnSync(
        python,
        [script, JSON.stringify(shape), `${batch}`, `${length}`, `${steps}`, `${peerThreads}`],
        { encoding: 'utf8' },
      )
      if (status !== 0) continue
      const { version, tokensPerSecond } = JSON.parse(stdout) as {
        version: string
        tokensPerSecond: number
      }
      const name = `PyTorch ${version}, ${peerThreads} thread${peerThreads === 1 ? '' : 's'}`
      say(`${name}: ${tokensPerSecond.toFixed(0)} tokens/s`)
      if (best === null || tokensPerSecond > best.value) best = { name, value: tokensPerSecond }
    }
    if (best !== null) return best
  }
  say('PyTorch is not installed for python3: the peer is left out.')
  return null
}
