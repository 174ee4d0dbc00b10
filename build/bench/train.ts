/** A training step (forward, backward, AdamW) of the engine, beside transformers and peft on PyTorch where installed. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { shapes } from './shapes.ts'
import type { StepFigures, StepTask } from './trainingStep.ts'

interface TrainingCase {
  readonly name: string
  readonly task: Omit<StepTask, 'steps' | 'threads'>
}

const cases: readonly TrainingCase[] = [
  {
    name: '135M LoRA r=8 q,v 4x128',
    task: {
      shape: shapes['135M'],
      lora: { rank: 8, alpha: 16, targets: ['q_proj', 'v_proj'] },
      batch: 4,
      length: 128,
    },
  },
  { name: '5M full 8x128', task: { shape: shapes['5M'], lora: null, batch: 8, length: 128 } },
]
const threads = 2

export async function benchTrain({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const { name, task } of cases) {
    const steps = quick ? 5 : 15
    const ours = engineFigures({ ...task, steps, threads })
    say(describe(`engine, ${name}`, ours))
    const peer = bestPeer({ ...task, steps, threads }, say)
    const result = { suite: 'train', case: name, peer: peer?.name ?? peerName, n: steps }
    results.push(
      {
        ...result,
        metric: 'training step',
        value: ours.tokensPerSecond,
        unit: 'tokens/s',
        peerValue: peer?.tokensPerSecond ?? null,
        ratio: peer === null ? null : ours.tokensPerSecond / peer.tokensPerSecond,
      },
      {
        ...result,
        metric: 'peak memory',
        value: ours.peakMegabytes,
        unit: 'MB',
        peerValue: peer?.peakMegabytes ?? null,
        ratio: peer === null ? null : peer.peakMegabytes / ours.peakMegabytes,
      },
    )
  }
  return results
}

export function engineFigures(task: StepTask): StepFigures {
  const script = path.join(repositoryRoot, 'build', 'bench', 'trainingStep.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The engine's step failed: ${stderr}`)
  return JSON.parse(stdout) as StepFigures
}

const peerName = 'transformers and peft on PyTorch'

interface Peer extends StepFigures {
  readonly name: string
}

/** At its best thread setting of one and two; null when it is not installed here, which is said. */
function bestPeer(task: StepTask, say: (line: string) => void): Peer | null {
  const script = path.join(repositoryRoot, 'build', 'bench', 'train_peer.py')
  const python = process.env['TIMBRE_BENCH_PYTHON'] ?? 'python3'
  let best: Peer | null = null
  for (const peerThreads of [1, 2]) {
    const { status, stdout } = spawnSync(
      python,
      [script, JSON.stringify({ ...task, threads: peerThreads })],
      { encoding: 'utf8' },
    )
    if (status !== 0) continue
    const { version, ...figures } = JSON.parse(stdout) as StepFigures & { version: string }
    const name = `transformers on ${version}, ${peerThreads} thread${peerThreads === 1 ? '' : 's'}`
    say(describe(name, figures))
    if (best === null || figures.tokensPerSecond > best.tokensPerSecond) best = { name, ...figures }
  }
  if (best === null)
    say(`${peerName} is not installed for ${python} (TIMBRE_BENCH_PYTHON): the peer is left out.`)
  return best
}

function describe(name: string, { tokensPerSecond, peakMegabytes }: StepFigures): string {
  return `${name}: ${tokensPerSecond.toFixed(0)} tokens/s, ${peakMegabytes.toFixed(0)} MB`
}
