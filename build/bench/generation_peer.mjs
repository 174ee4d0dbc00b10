/** The same as generation.ts with node-llama-cpp: node generation_peer.mjs TASK NODE_MODULES */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const task = JSON.parse(process.argv[2])
const folder = path.join(process.argv[3], 'node-llama-cpp')
const { getLlama } = await import(pathToFileURL(path.join(folder, 'dist', 'index.js')).href)
const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error' })
const model = await llama.loadModel({ modelPath: task.gguf })
const context = await model.createContext({
  contextSize: task.promptTokens + task.newTokens + 16,
  threads: task.threads,
  batchSize: 512,
})
const sequence = context.getSequence()
const prompt = Array.from(
  { length: task.promptTokens },
  (_, index) => 300 + ((index * 7919) % (task.vocabularySize - 300)),
)
const first = []
const speeds = []
for (let run = 0; run <= task.runs; run += 1) {
  await sequence.clearHistory()
  const startedAt = performance.now()
  const tokens = sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })
  await tokens.next()
  const firstAt = performance.now()
  for (let count = 0; count < task.newTokens; count += 1) await tokens.next()
  await tokens.return()
  if (run === 0) continue
  first.push(firstAt - startedAt)
  speeds.push(task.newTokens / ((performance.now() - firstAt) / 1000))
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
process.stdout.write(
  JSON.stringify({
    version,
    firstTokenMs: median(first),
    tokensPerSecond: median(speeds),
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
)
process.exit(0)
