/** Measures one reader on one file in a process of its own: `node scanTask.ts READER FILE [FOLDER]`. */
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import Papa from 'papaparse'
import { createDatasetService } from '../../electron/dataset/datasetService.ts'
import { inMemory, openDatabase } from '../../electron/db/database.ts'

export interface ScanFigures {
  readonly rows: number
  readonly seconds: number
  /** Until header and first rows were known; null for the peers. */
  readonly firstRowsMs: number | null
  readonly peakMegabytes: number
}

const [reader = '', file = '', folder = ''] = process.argv.slice(2)

async function timbre(): Promise<{ rows: number; firstRowsMs: number }> {
  const startedAt = performance.now()
  let firstRowsMs = Number.NaN
  const onTable = () => (firstRowsMs = performance.now() - startedAt)
  const datasets = createDatasetService({
    db: openDatabase(inMemory),
    contentDirectory: folder,
    publish: () => undefined,
    clock: Date.now,
  })
  const { scan } = await datasets.import(file, { onTable })
  return { rows: scan.rowCount, firstRowsMs }
}

async function csvParse(): Promise<number> {
  const parser = createReadStream(file).pipe(parse())
  const rows = await parser.reduce<number>((count) => count + 1, 0)
  return rows - 1
}

function papaparse(): Promise<number> {
  return new Promise((resolve, reject) => {
    let rows = 0
    const input = createReadStream(file, { encoding: 'utf8' })
    Papa.parse(input, {
      step: () => (rows += 1),
      complete: () => resolve(rows - 1),
      error: reject,
    })
  })
}

/** What reads JSON Lines in Node without a library. */
async function readLines(): Promise<number> {
  let rows = 0
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    const row: unknown = JSON.parse(line)
    if (typeof row === 'object') rows += 1
  }
  return rows
}

interface DuckDb {
  readonly DuckDBInstance: {
    create(
      path: string,
      options: Record<string, string>,
    ): Promise<{
      connect(): Promise<{
        runAndReadAll(sql: string): Promise<{ getRows(): (bigint | number)[][] }>
      }>
    }>
  }
}

async function duckdb(): Promise<number> {
  const modules = process.env['TIMBRE_BENCH_NODE_MODULES'] ?? ''
  const load = createRequire(path.join(modules, 'x.js'))
  const { DuckDBInstance } = load('@duckdb/node-api') as DuckDb // found on this machine, as documented
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const answer = await connection.runAndReadAll(
    `SELECT count(*) FROM read_csv('${file.replaceAll("'", "''")}', header = true)`,
  )
  return Number(answer.getRows()[0]?.[0])
}

const startedAt = performance.now()
const ours = reader === 'timbre' ? await timbre() : null
const readers: Readonly<Record<string, () => Promise<number>>> = {
  'csv-parse': csvParse,
  papaparse,
  duckdb,
  'readline and JSON.parse': readLines,
}
const rows = ours?.rows ?? (await readers[reader]?.()) ?? 0
const figures: ScanFigures = {
  rows,
  seconds: (performance.now() - startedAt) / 1000,
  firstRowsMs: ours?.firstRowsMs ?? null,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
}
console.log(JSON.stringify(figures))
