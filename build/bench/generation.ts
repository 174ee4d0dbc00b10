/** Measures the engine's generation in a process of its own: the first token of a prompt, then token by token. */
import { LanguageModel } from '../../electron/engine/generate/languageModel.ts'
import { readModelConfig } from '../../electron/engine/model/modelFolder.ts'
import { median } from './result.ts'

export interface GenerationTask {
  readonly directory: string
  readonly gguf: string
  readonly vocabularySize: number
  readonly promptTokens: number
  readonly newTokens: number
  readonly runs: number
  readonly threads: number
}

export interface GenerationFigures {
  readonly firstTokenMs: number
  readonly tokensPerSecond: number
  readonly peakMegabytes: number
}

const task = JSON.parse(process.argv[2] ?? '') as GenerationTask
const config = await readModelConfig(task.directory)
const model = await LanguageModel.open(task.directory, config, task.threads)
const prompt = Array.from(
  { length: task.promptTokens },
  (_, index) => 300 + ((index * 7919) % (task.vocabularySize - 300)),
)
const first: number[] = []
const speeds: number[] = []
// The first run warms up and is not counted.
for (let run = 0; run <= task.runs; run += 1) {
  const sequence = model.startSequence()
  const startedAt = performance.now()
  let logits = await sequence.append(prompt)
  const firstAt = performance.now()
  for (let token = 0; token < task.newTokens; token += 1)
    logits = await sequence.append([logits.indexOf(Math.max(...logits.subarray(300, 2000)))])
  if (run === 0) continue
  first.push(firstAt - startedAt)
  speeds.push(task.newTokens / ((performance.now() - firstAt) / 1000))
}
await model.close()
const figures: GenerationFigures = {
  firstTokenMs: median(first),
  tokensPerSecond: median(speeds),
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(figures))
