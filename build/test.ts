/**
 * `npm test`: the unit tests, then the end-to-end tests in real Electron; one closing line for both.
 * `npm test -- FILE ...` runs these files only, each with its own runner.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { bundleAll } from './bundleAll.ts'
import { repositoryRoot } from './repositoryRoot.ts'
import { hasDisplay, startVirtualDisplay } from './runtime/display.ts'
import { ensureRuntime } from './runtime/runtime.ts'
import { ensureSystemLibraries } from './runtime/systemLibraries.ts'

interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Of a runner that no file was given to. */
const none: Count = { passed: 0, failed: 0, skipped: 0 }

const results = path.join(repositoryRoot, 'test-results')
const unitFile = path.join(results, 'unit.json')
const endToEndFile = path.join(results, 'end-to-end.json')

const unitSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  numPendingTests: z.number(),
})
const endToEndSchema = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()).default([]),
})

async function main(): Promise<number> {
  mkdirSync(results, { recursive: true })
  console.log('Building ...')
  await bundleAll()
  const files = process.argv.slice(2)
  const endToEndFiles = files.filter((file) => file.endsWith('.e2e.ts'))
  const unitFiles = files.filter((file) => !endToEndFiles.includes(file))
  const isWhole = files.length === 0
  const unit = isWhole || unitFiles.length > 0 ? await runUnit(unitFiles) : none
  const endToEnd = isWhole || endToEndFiles.length > 0 ? await runEndToEnd(endToEndFiles) : none
  const sum = (name: keyof Count) => unit[name] + endToEnd[name]
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''
  console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`)
  const hasRun = (count: Count) => count === none || count.passed > 0
  return sum('failed') === 0 && hasRun(unit) && hasRun(endToEnd) ? 0 : 1
}

async function runUnit(files: readonly string[]): Promise<Count> {
  const code = await run(tool('vitest'), [
    'run',
    ...files,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${unitFile}`,
  ])
  const counts = unitSchema.parse(JSON.parse(readFileSync(unitFile, 'utf8')))
  // A file that can't even be loaded fails no test of its own.
  const failed = Math.max(counts.numFailedTests, code === 0 ? 0 : 1)
  return { passed: counts.numPassedTests, failed, skipped: counts.numPendingTests }
}

async function runEndToEnd(files: readonly string[]): Promise<Count> {
  const runtime = await ensureRuntime()
  ensureSystemLibraries(runtime.executable, console.log)
  const display = hasDisplay() ? null : await startVirtualDisplay()
  try {
    console.log(`End-to-end tests on Electron ${runtime.version}`)
    const code = await run(tool('playwright'), ['test', ...files], {
      ...runtime.environment,
      ...display?.environment,
      TIMBRE_RUNTIME: runtime.executable,
      PLAYWRIGHT_JSON_OUTPUT_NAME: endToEndFile,
    })
    const { stats, errors } = endToEndSchema.parse(JSON.parse(readFileSync(endToEndFile, 'utf8')))
    return {
      passed: stats.expected + stats.flaky,
      failed: Math.max(stats.unexpected + errors.length, code === 0 ? 0 : 1),
      skipped: stats.skipped,
    }
  } finally {
    display?.close()
  }
}

function tool(name: string): string {
  return path.join(repositoryRoot, 'node_modules', '.bin', name)
}

function run(
  command: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<number> {
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...environment },
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

process.exitCode = await main()
