/**
 * How fast the background checks go over a dataset (tokens, near duplicates, topics), how long a fix, a page and a search take.
 * In the threads and with the code that the app uses.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import { createWorkbench } from '../../electron/dataset/workbench/workbench.ts'
import { inMemory, openDatabase } from '../../electron/db/database.ts'
import { datasetBenchBundle } from '../bundles.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { ProfileFigures } from './profileTask.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'
import { chineseRow, helpDeskRow, writeRows } from './rows.ts'

const run = promisify(execFile)
const task = path.join(repositoryRoot, 'dist', 'bench', 'profileTask.js')

export async function benchProfile({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const contentDirectory = path.join(directory, 'content')
  const db = openDatabase(inMemory)
  const datasets = createDatasetService({
    db,
    contentDirectory,
    publish: () => undefined,
    clock: Date.now,
  })
  const workbench = createWorkbench({
    db,
    datasets,
    contentDirectory,
    tokenizerOf: async () => null,
    onProgress: () => undefined,
    clock: Date.now,
  })
  const results: BenchResult[] = []
  const add = (name: string, metric: string, value: number, unit: string, n: number) =>
    results.push({
      suite: 'profile',
      case: name,
      metric,
      value,
      unit,
      peer: null,
      peerValue: null,
      ratio: null,
      n,
    })
  /** In a process of its own, so that the memory is the profile's. */
  const profile = async (id: string, runs: number, kind = '') => {
    const { contentSha256, sizeBytes } = datasets.get(id)
    const name = `${(sizeBytes / 1e6).toFixed(0)} MB${kind}`
    say(`profiling ${name}`)
    const figures: ProfileFigures[] = []
    for (let at = 0; at < runs; at += 1) {
      const options = [task, contentDirectory, contentSha256, repositoryRoot]
      const { stdout } = await run(process.execPath, options)
      figures.push(JSON.parse(stdout) as ProfileFigures) // printed by profileTask.ts
    }
    const speed = median(figures.map(({ seconds }) => sizeBytes / 1e6 / seconds))
    add(name, 'profile', speed, 'MB/s', runs)
    const processor = median(figures.map(({ processorSeconds }) => processorSeconds))
    add(name, 'profile, processor time', processor, 's', runs)
    const peak = median(figures.map(({ peakMegabytes }) => peakMegabytes))
    add(name, 'profile, peak memory', peak, 'MB', runs)
  }
  try {
    await build({ ...datasetBenchBundle, logLevel: 'warn' })
    const profiled = path.join(directory, 'profiled.csv')
    await writeRows(profiled, quick ? 100_000 : 800_000, helpDeskRow(30))
    const { id } = await datasets.import(profiled)
    rmSync(profiled)
    await profile(id, quick ? 1 : 3)

    const chinese = path.join(directory, 'chinese.csv')
    const chineseRows = chineseRow('models/timbre-nano-en-zh/tokenizer.json')
    await writeRows(chinese, quick ? 60_000 : 480_000, chineseRows)
    const { id: chineseId } = await datasets.import(chinese)
    rmSync(chinese)
    await profile(chineseId, quick ? 1 : 3, ' of Chinese')

    const faulty = path.join(directory, 'faulty.csv')
    const faultyRows = quick ? 100_000 : 1_000_000
    await writeRows(faulty, faultyRows, helpDeskRow(8, true))
    const { id: faultyId } = await datasets.import(faulty)
    rmSync(faulty)
    say(`repairing ${faultyRows} rows`)
    const fixBegan = performance.now()
    await datasets.fix(faultyId, ['edge-space'])
    const fixSeconds = (performance.now() - fixBegan) / 1000
    add(`${faultyRows} rows`, 'fix, a tenth of them', fixSeconds, 's', 1)

    const large = path.join(directory, 'large.csv')
    const rowCount = quick ? 1_000_000 : 10_000_000
    const largeBytes = await writeRows(large, rowCount, helpDeskRow(8))
    say(`importing ${(largeBytes / 1e6).toFixed(0)} MB`)
    const { id: largeId } = await datasets.import(large)
    rmSync(large)
    const name = `${rowCount / 1e6} million rows`
    await profile(largeId, 1)
    await workbench.open(largeId)
    const pages: number[] = []
    for (let at = 0; at < 40; at += 1) {
      const offset = Math.floor(((at * 7919) % 40) * (rowCount / 40))
      const start = performance.now()
      await workbench.page(largeId, offset, 100)
      pages.push(performance.now() - start)
    }
    add(name, 'page, median', median(pages), 'ms', pages.length)
    add(name, 'page, slowest', Math.max(...pages), 'ms', pages.length)
    const gigabytes = largeBytes / 1e9
    for (const [metric, text] of [
      ['search, rare text', `order ${rowCount - 5} with`],
      ['search, absent text', 'zebra crossing'],
    ] as const) {
      const times: number[] = []
      for (let run = 0; run < 3; run += 1) {
        const start = performance.now()
        await workbench.find({ datasetId: largeId, text, column: null, matchCase: false })
        times.push((performance.now() - start) / 1000)
      }
      add(`${gigabytes.toFixed(2)} GB`, metric, median(times), 's', times.length)
    }
  } finally {
    workbench.close()
    db.close()
    rmSync(directory, { recursive: true, force: true })
  }
  return results
}
