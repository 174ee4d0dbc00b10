/** `npm run bench -- scan`: import with the full scan, beside readers that only count rows. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'
import { datasetBenchBundle } from '../bundles.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'
import type { ScanFigures } from './scanTask.ts'

const run = promisify(execFile)
const task = path.join(repositoryRoot, 'dist', 'bench', 'scanTask.js')
const megabyte = 1_000_000

interface Case {
  readonly name: string
  readonly bytes: number
  readonly isJson?: boolean
  readonly runs: number
  /** Slow ones are left out of the largest file. */
  readonly peers: readonly string[]
}

export async function benchScan({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  await build({ ...datasetBenchBundle, logLevel: 'warn' })
  const all = ['duckdb', 'csv-parse', 'papaparse']
  const cases: Case[] = quick
    ? [{ name: '40MB', bytes: 40 * megabyte, runs: 1, peers: all }]
    : [
        { name: '400MB', bytes: 400 * megabyte, runs: 3, peers: all },
        { name: '4GB', bytes: 4000 * megabyte, runs: 1, peers: ['duckdb'] },
        {
          name: '200MB of JSON Lines',
          bytes: 200 * megabyte,
          isJson: true,
          runs: 3,
          peers: ['readline and JSON.parse'],
        },
      ]
  const results: BenchResult[] = []
  for (const { name, bytes, isJson = false, runs, peers } of cases) {
    const folder = await mkdtemp(path.join(tmpdir(), 'timbre-scan-'))
    try {
      const file = path.join(folder, isJson ? 'rows.jsonl' : 'rows.csv')
      say(`Writing ${name} ...`)
      await writeRows(file, bytes, isJson ? jsonLine : csvLine)
      const size = (await stat(file)).size / megabyte
      const measured = async (reader: string) => {
        const figures: ScanFigures[] = []
        for (let round = 0; round < runs; round += 1)
          figures.push(await measure(reader, file, folder))
        return {
          speed: median(figures.map(({ seconds }) => size / seconds)),
          peak: median(figures.map(({ peakMegabytes }) => peakMegabytes)),
          first: median(figures.map(({ firstRowsMs }) => firstRowsMs ?? 0)),
        }
      }
      say(`Reading ${name} ...`)
      const ours = await measured('timbre')
      const base = { suite: 'scan', case: name, n: runs }
      for (const peer of peers) {
        const isThere = peer !== 'duckdb' || hasDuckDb()
        say(isThere ? `${peer} ...` : `${peer} is not installed`)
        const theirs = isThere ? await measured(peer) : null
        results.push({
          ...base,
          metric: 'import and scan',
          value: ours.speed,
          unit: 'MB/s',
          peer: `${peer}, rows counted`,
          peerValue: theirs?.speed ?? null,
          ratio: theirs && ours.speed / theirs.speed,
        })
      }
      const alone = { ...base, peer: null, peerValue: null, ratio: null }
      results.push(
        { ...alone, metric: 'peak memory', value: ours.peak, unit: 'MB' },
        { ...alone, metric: 'first rows', value: ours.first, unit: 'ms' },
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  }
  return results
}

function hasDuckDb(): boolean {
  const modules = process.env['TIMBRE_BENCH_NODE_MODULES']
  return modules !== undefined && existsSync(path.join(modules, '@duckdb', 'node-api'))
}

async function measure(reader: string, file: string, folder: string): Promise<ScanFigures> {
  const target = path.join(folder, 'content')
  try {
    const { stdout } = await run(process.execPath, [task, reader, file, target])
    return JSON.parse(stdout) as ScanFigures // printed by scanTask.ts
  } finally {
    await rm(target, { recursive: true, force: true })
  }
}

const words =
  'how can order arrive lamp return please warranty within thirty days invoice address change parcel support team ' +
  'bulb included battery charge weekend delivery refund receipt gladly always open colour size manual'

type Row = readonly [question: string, answer: string]

/** Answers stand in quotes, as most programs write them; the ones with a tag don't. */
function csvLine([question, answer]: Row): string {
  return `${question},${answer.startsWith('<') ? answer : `"${answer}"`}\n`
}

function jsonLine([question, answer]: Row): string {
  return `${JSON.stringify({ question, answer })}\n`
}

/** Questions and answers as a help desk has them, every fifth in Chinese; one row in 250 has a fault. */
async function writeRows(
  target: string,
  bytes: number,
  lineOf: (row: Row) => string,
): Promise<void> {
  const list = words.split(' ')
  let state = 1
  const pick = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return list[(state >>> 8) % list.length] ?? ''
  }
  const phrases = Array.from({ length: 4096 }, () => Array.from({ length: 18 }, pick).join(' '))
  const phrase = (index: number) => phrases[index % phrases.length] ?? ''
  const row = (index: number): Row => {
    if (index % 500 === 7)
      return [`${phrase(index)} ${index}?`, `Write to help${index}@example.com. `]
    if (index % 500 === 9) return [`CafÃ© ${index}?`, `<p>${phrase(index)}</p>`]
    if (index % 5 === 0) {
      const answer = `您可以在三十天内退货，${'请保留收据和原包装，'.repeat(6)}谢谢您的来信。`
      return [`第${index}号订单可以退货吗？`, `${answer}${phrase(index)}`]
    }
    const answer = `${phrase(index * 7)}, ${phrase(index * 13)}. ${phrase(index * 29)}.`
    return [`${phrase(index)} ${index}?`, answer]
  }
  const file = await open(target, 'w')
  try {
    if (lineOf === csvLine) await file.write('question,answer\n')
    for (let written = 0, index = 0; written < bytes;) {
      const rows: string[] = []
      for (let count = 0; count < 5000; count += 1, index += 1) rows.push(lineOf(row(index)))
      written += (await file.write(rows.join(''))).bytesWritten
    }
    // What still waits for the disk would be written while the first reader is measured.
    await file.sync()
  } finally {
    await file.close()
  }
}
