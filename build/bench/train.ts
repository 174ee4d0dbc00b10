/** A training step (forward, backward, AdamW) of the engine, beside transformers and peft on PyTorch where installed. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { FirstStepTask } from './firstStep.ts'
import { writeRandomModel } from './randomModel.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'
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
  results.push(await benchFirstStep(quick, say))
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

const firstStepCase = '135M LoRA r=8 q,v 4x128'

/** From the start of a job to the end of its first step; the weights lie on the disk as f16. */
async function benchFirstStep(quick: boolean, say: BenchOptions['say']): Promise<BenchResult> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  try {
    const modelDirectory = path.join(work, 'model')
    await writeRandomModel('135M', modelDirectory)
    const trainingPath = path.join(work, 'train.jsonl')
    const text = (row: number) =>
      Array.from({ length: 60 }, (_, at) => `word ${row + at}`).join(' ')
    writeFileSync(
      trainingPath,
      Array.from(
        { length: 64 },
        (_, row) => `${JSON.stringify({ prompt: text(row), completion: text(row + 1) })}\n`,
      ).join(''),
    )
    const runs = quick ? 1 : 5
    const seconds = Array.from({ length: runs }, (_, run) => {
      const workDirectory = path.join(work, `run-${run}`)
      mkdirSync(workDirectory)
      return secondsToFirstStep({ modelDirectory, trainingPath, workDirectory, threads })
    })
    say(
      `engine, ${firstStepCase}: first step after ${seconds.map((s) => s.toFixed(2)).join(', ')} s`,
    )
    return {
      suite: 'train',
      case: firstStepCase,
      metric: 'start to first step',
      value: median(seconds),
      unit: 's',
      peer: null,
      peerValue: null,
      ratio: null,
      n: runs,
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function secondsToFirstStep(task: FirstStepTask): number {
  const script = path.join(repositoryRoot, 'build', 'bench', 'firstStep.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The engine's first step failed: ${stderr}`)
  return (JSON.parse(stdout) as { seconds: number }).seconds
}
