/** Divides a stored content in a process of its own, in the app's threads: `node splitTask.js FOLDER SHA256 PLAN preview|training`. */
import { createContentStore } from '../../electron/dataset/content.ts'
import { createExampleReader } from '../../electron/dataset/split/exampleReader.ts'
import { createRowStore } from '../../electron/dataset/rowStore.ts'
import { runInWorker } from '../../electron/dataset/workbench/runInWorker.ts'
import { jsonLines } from '../../electron/training/ways/dataFiles.ts'
import { splitPlanSchema, splitSeed } from '../../shared/workbench/splitChoice.ts'

export interface SplitFigures {
  readonly seconds: number
  readonly peakMegabytes: number
}

const [contentDirectory = '', contentSha256 = '', plan = '', what = ''] = process.argv.slice(2)
const request = {
  datasetId: 'bench',
  columns: { question: 'question', answer: 'answer' },
  split: splitPlanSchema.parse(JSON.parse(plan)),
  validationFraction: 0.2,
  splitSeed,
}
const began = performance.now()
if (what === 'preview')
  await runInWorker({ kind: 'split', contentDirectory, contentSha256, request })
else await makeFiles()
const figures: SplitFigures = {
  seconds: (performance.now() - began) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(figures))
process.exit()

/** What a training sends, but for the sending. */
async function makeFiles(): Promise<void> {
  const rowStore = createRowStore(createContentStore(contentDirectory))
  const reader = createExampleReader({ contentDirectory, rowStore, contentOf: () => contentSha256 })
  const { training, validation } = await reader.split(request, contentSha256)
  let bytes = 0
  for (const side of [training, validation])
    for await (const piece of jsonLines(side, ({ prompt, completion }) => ({ prompt, completion })))
      bytes += Buffer.byteLength(piece)
  if (bytes === 0) throw new Error('There is nothing to train on')
}
