/** Generation with a key-value cache, beside node-llama-cpp on the same weights in f16 where it is installed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { modelFolderToGguf } from '../../electron/engine/model/gguf/modelFolderToGguf.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { GenerationFigures, GenerationTask } from './generation.ts'
import { writeRandomModel } from './randomModel.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { type ShapeName, shapes } from './shapes.ts'

const promptTokens = 500
const threads = 2
const sizes: readonly ShapeName[] = ['5M', '135M']
const peerName = 'node-llama-cpp, f16'

export async function benchGenerate({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const size of sizes) {
    const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
    try {
      const directory = path.join(work, 'model')
      const gguf = path.join(work, 'model.gguf')
      await writeRandomModel(size, directory)
      await modelFolderToGguf(directory, gguf, { name: size, precision: 'f16' })
      const runs = quick ? 2 : 5
      const vocabularySize = shapes[size].vocab_size
      const task = { directory, gguf, vocabularySize, promptTokens, newTokens: 64, runs, threads }
      const ours = engineFigures(task)
      say(`engine, ${size}: ${describe(ours)}`)
      const peer = peerFigures(task, say)
      if (peer) say(`${peer.name}, ${size}: ${describe(peer)}`)
      const common = { suite: 'generate', peer: peer?.name ?? peerName, n: runs }
      results.push(
        {
          ...common,
          case: `${size} after ${promptTokens} tokens`,
          metric: 'generation',
          value: ours.tokensPerSecond,
          unit: 'tokens/s',
          peerValue: peer?.tokensPerSecond ?? null,
          ratio: peer && ours.tokensPerSecond / peer.tokensPerSecond,
        },
        {
          ...common,
          case: `${size} prompt of ${promptTokens} tokens`,
          metric: 'first token',
          value: ours.firstTokenMs,
          unit: 'ms',
          peerValue: peer?.firstTokenMs ?? null,
          ratio: peer && peer.firstTokenMs / ours.firstTokenMs,
        },
      )
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  return results
}

function engineFigures(task: GenerationTask): GenerationFigures {
  const script = path.join(repositoryRoot, 'build', 'bench', 'generation.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, JSON.stringify(task)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The engine's generation failed: ${stderr}`)
  return JSON.parse(stdout) as GenerationFigures
}

/** Null when it is not installed, which is said. */
function peerFigures(
  task: GenerationTask,
  say: (line: string) => void,
): (GenerationFigures & { readonly name: string }) | null {
  const modules = process.env['TIMBRE_BENCH_NODE_MODULES']
  const script = path.join(repositoryRoot, 'build', 'bench', 'generation_peer.mjs')
  if (modules !== undefined) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [script, JSON.stringify(task), modules],
      { encoding: 'utf8' },
    )
    if (status === 0) {
      const json = stdout.slice(stdout.lastIndexOf('{"version"'))
      const { version, ...figures } = JSON.parse(json) as GenerationFigures & { version: string }
      return { ...figures, name: `node-llama-cpp ${version}, f16` }
    }
    say(stderr.trim())
  }
  say(
    `${peerName} is left out: name a folder node_modules that holds it in TIMBRE_BENCH_NODE_MODULES.`,
  )
  return null
}

function describe({ firstTokenMs, tokensPerSecond, peakMegabytes }: GenerationFigures): string {
  return `${tokensPerSecond.toFixed(1)} tokens/s, first token after ${firstTokenMs.toFixed(0)} ms, ${peakMegabytes.toFixed(0)} MB`
}
