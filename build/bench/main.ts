/** `npm run bench -- <suite> [--quick] [--json]`: medians of several runs, the peer measured in the same run. */
import { parseArgs } from 'node:util'
import { benchCharts } from './charts.ts'
import { benchChaos } from './chaos.ts'
import { benchEndpoints } from './endpoints.ts'
import { benchEstimate } from './estimate.ts'
import { benchFuzz } from './fuzz.ts'
import { benchGenerate } from './generate.ts'
import { benchKill } from './kill.ts'
import { benchLaunch } from './launch.ts'
import { benchReport } from './report.ts'
import { benchProfile } from './profile.ts'
import { benchScale } from './scale.ts'
import { benchScan } from './scan.ts'
import { benchSplit } from './split.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { benchTrain } from './train.ts'
import { benchUpload } from './upload.ts'

const suites: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult[]>>> = {
  launch: benchLaunch,
  train: benchTrain,
  generate: benchGenerate,
  scale: benchScale,
  scan: benchScan,
  kill: benchKill,
  estimate: benchEstimate,
  charts: benchCharts,
  report: benchReport,
  profile: benchProfile,
  split: benchSplit,
  fuzz: benchFuzz,
  upload: benchUpload,
  chaos: benchChaos,
  endpoints: benchEndpoints,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const run = suites[positionals[0] ?? '']
if (!run) {
  console.error(`Name a suite: ${Object.keys(suites).join(', ')}.`)
  process.exit(1)
}
const results = await run({
  quick: values.quick,
  say: (line) => process.stderr.write(`${line}\n`),
})
for (const result of results) {
  if (values.json) {
    console.log(JSON.stringify(result))
    continue
  }
  const peer =
    result.peer === null
      ? ''
      : result.peerValue === null
        ? `  (${result.peer}: not installed)`
        : `  (${result.peer}: ${result.peerValue.toPrecision(4)} ${result.unit}, ratio ${result.ratio?.toFixed(2)})`
  console.log(
    `${result.suite} ${result.case} ${result.metric}: ${result.value.toPrecision(4)} ${result.unit}${peer}, n=${result.n}`,
  )
}
