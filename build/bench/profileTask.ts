/** Profiles a stored content in a process of its own, in the app's threads: `node profileTask.js FOLDER SHA256`. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ProfileTask } from '../../electron/dataset/profile/profileTask.ts'
import { runInWorker } from '../../electron/dataset/workbench/runInWorker.ts'
import { repositoryRoot } from '../repositoryRoot.ts'

export interface ProfileFigures {
  readonly seconds: number
  /** Of all threads. */
  readonly processorSeconds: number
  readonly peakMegabytes: number
}

const baseModelId = 'timbre-nano-en-zh'
const [contentDirectory = '', contentSha256 = '', root = repositoryRoot] = process.argv.slice(2)
const document = readFileSync(path.join(root, 'models', baseModelId, 'tokenizer.json'), 'utf8')
const task: ProfileTask = {
  ...{ kind: 'profile', contentDirectory, contentSha256, edits: [], datasetId: 'bench' },
  columns: { question: 'question', answer: 'answer' },
  tokenizer: { baseModelId, document, limit: 256, templateText: '' },
}
const began = performance.now()
const before = process.cpuUsage()
await runInWorker(task)
const seconds = (performance.now() - began) / 1000
const { user, system } = process.cpuUsage(before)
const figures: ProfileFigures = {
  seconds,
  processorSeconds: (user + system) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(figures))
process.exit()
