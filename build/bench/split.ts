/** How long it takes to divide a dataset, to show what a split gives, and to make the files of a training; and the memory. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import { inMemory, openDatabase } from '../../electron/db/database.ts'
import type { SplitPlan } from '../../shared/workbench/splitChoice.ts'
import { datasetBenchBundle } from '../bundles.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { BenchOptions, BenchResult } from './result.ts'
import { askedAgainRow, writeRows } from './rows.ts'
import type { SplitFigures } from './splitTask.ts'

const run = promisify(execFile)
const task = path.join(repositoryRoot, 'dist', 'bench', 'splitTask.js')

const plans: Readonly<Record<string, SplitPlan>> = {
  'at random': { kind: 'random' },
  'similar together': { kind: 'similar' },
  'groups together': { kind: 'group', column: 'customer' },
  'every topic': { kind: 'topic' },
  'every topic, without leaked': { kind: 'topic', withoutLeaked: true },
}

export async function benchSplit({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const contentDirectory = path.join(directory, 'content')
  const db = openDatabase(inMemory)
  const publish = () => undefined
  const datasets = createDatasetService({ db, contentDirectory, publish, clock: Date.now })
  const results: BenchResult[] = []
  const add = (name: string, metric: string, value: number, unit: string) =>
    results.push({
      ...{ suite: 'split', case: name, metric, value, unit, n: 1 },
      ...{ peer: null, peerValue: null, ratio: null },
    })
  try {
    await build({ ...datasetBenchBundle, logLevel: 'warn' })
    for (const millions of quick ? [1] : [1, 10]) {
      const file = path.join(directory, 'rows.csv')
      await writeRows(file, millions * 1e6, askedAgainRow(), 'customer,question,answer')
      const { contentSha256 } = await datasets.import(file)
      rmSync(file)
      const name = `${millions} million rows`
      for (const [label, plan] of Object.entries(plans)) {
        for (const what of ['preview', 'training'] as const) {
          say(`${name}: ${label}, ${what}`)
          const options = [task, contentDirectory, contentSha256, JSON.stringify(plan), what]
          const { stdout } = await run(process.execPath, options)
          const { seconds, peakMegabytes } = JSON.parse(stdout) as SplitFigures // printed by splitTask.ts
          const metric = what === 'preview' ? 'shown' : 'files of a training'
          add(name, `${label}, ${metric}`, seconds, 's')
          add(name, `${label}, ${metric}, peak memory`, peakMegabytes, 'MB')
        }
      }
    }
  } finally {
    db.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return results
}
