/** A training of a million steps on the screen: stored, read for drawing, opened, and frame by frame under the mouse. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type Page } from '@playwright/test'
import { openDatabase, type WritableDb } from '../../electron/db/database.ts'
import { readMetricOverview } from '../../electron/db/metricOverview.ts'
import { insertMetricPoints } from '../../electron/db/metrics.ts'
import { insertModelVersion } from '../../electron/db/models.ts'
import type { MetricPoint } from '../../shared/metrics.ts'
import { defaultPromptTemplate } from '../../shared/promptTemplate.ts'
import { seededRandom } from '../../shared/split.ts'
import { bundleAll } from '../bundleAll.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import { hasDisplay, startVirtualDisplay } from '../runtime/display.ts'
import { ensureRuntime } from '../runtime/runtime.ts'
import { ensureSystemLibraries } from '../runtime/systemLibraries.ts'
import { median, type BenchOptions, type BenchResult } from './result.ts'

const candidateId = 'bench'
const evaluations = 1000

export async function benchCharts({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const steps = quick ? 100_000 : 1_000_000
  const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const results: BenchResult[] = []
  const add = (metric: string, value: number, unit: string, n: number) =>
    results.push({
      suite: 'charts',
      case: `${steps} steps`,
      metric,
      value,
      unit,
      peer: null,
      peerValue: null,
      ratio: null,
      n,
    })
  try {
    const db = openDatabase(path.join(work, 'timbre.db'))
    const storing = performance.now()
    writeTraining(db, steps)
    add('stored', (performance.now() - storing) / 1000, 's', 1)
    say('stored')
    const reading: number[] = []
    for (let run = 0; run < 3; run += 1) {
      const startedAt = performance.now()
      await readMetricOverview(db, candidateId)
      reading.push(performance.now() - startedAt)
    }
    db.close()
    add('read for drawing', median(reading), 'ms', reading.length)
    const { openedMs, frames } = await drawn(work, say)
    add('page with curves opened', openedMs, 'ms', 1)
    add('frame under the mouse, median', median(frames), 'ms', frames.length)
    add('frame under the mouse, 95th percentile', percentile(frames, 0.95), 'ms', frames.length)
    return results
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function writeTraining(db: WritableDb, steps: number): void {
  insertModelVersion(
    db,
    { id: 'model', name: 'Bench', problemType: 'fine-tune-foundation-model', createdAtMs: 1 },
    {
      id: 'version',
      workspaceId: 'local',
      datasetId: 'dataset',
      datasetName: 'Bench',
      datasetSha256: '0'.repeat(64),
      columns: { question: 'question', answer: 'answer' },
      validationFraction: 0.2,
      splitSeed: 1,
      trainingRowCount: 1,
      validationRowCount: 1,
      samplePrompts: [],
      createdAtMs: 1,
      candidates: [
        {
          id: candidateId,
          baseModelId: 'bench',
          baseModelName: 'Bench',
          promptTemplate: defaultPromptTemplate,
          hyperparameters: { epoch: '1' },
          trainingJobName: 'bench',
          trainingJobArn: null,
          status: 'Completed',
          secondaryStatus: null,
          progress: { step: steps, totalSteps: steps, secondsLeft: 0 },
          failure: null,
          modelArtifactUri: 's3://bench/model.tar.gz',
          createdAtMs: 1,
          startedAtMs: 1,
          endedAtMs: 2,
          trainingSeconds: 1,
          estimatedSeconds: null,
          cloud: null,
          parameterCount: null,
          billed: null,
        },
      ],
    },
  )
  const random = seededRandom(1)
  const batch = 10_000
  for (let first = 1; first <= steps; first += batch) {
    const points: MetricPoint[] = []
    for (let step = first; step < first + batch && step <= steps; step += 1) {
      const value = (1 + 3 * Math.exp((-5 * step) / steps)) * (0.8 + 0.4 * random())
      points.push({ candidateId, metric: 'train_loss', step, value, loggedAtMs: step })
      if (step % Math.ceil(steps / evaluations) === 0)
        points.push({ candidateId, metric: 'validation_loss', step, value, loggedAtMs: step })
    }
    insertMetricPoints(db, points)
  }
}

/** Opens the page in the app, moves the mouse over the chart and zooms, and times every frame. */
async function drawn(
  dataDirectory: string,
  say: (line: string) => void,
): Promise<{ openedMs: number; frames: number[] }> {
  await bundleAll()
  const runtime = await ensureRuntime(say)
  ensureSystemLibraries(runtime.executable, say)
  const display = hasDisplay() ? null : await startVirtualDisplay()
  const isRoot = process.getuid?.() === 0
  const environment = { ...process.env, ...runtime.environment, ...display?.environment }
  const app = await _electron.launch({
    executablePath: runtime.executable,
    args: [...(isRoot ? ['--no-sandbox'] : []), repositoryRoot, `--data-dir=${dataDirectory}`],
    env: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  })
  try {
    const page = await app.firstWindow()
    await page.getByRole('navigation').waitFor()
    await page.locator('nav button').nth(1).click()
    const startedAt = performance.now()
    await page.getByRole('button', { name: /^Bench/ }).click()
    const chart = page.locator('.uplot canvas').first()
    await chart.waitFor()
    const openedMs = performance.now() - startedAt
    say('opened')
    await chart.scrollIntoViewIfNeeded()
    return { openedMs, frames: await timeFrames(page) }
  } finally {
    await app.close()
    display?.close()
  }
}

async function timeFrames(page: Page): Promise<number[]> {
  const box = await page.locator('.uplot .u-over').first().boundingBox()
  if (!box) throw new Error('The chart has no place.')
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(window, { benchFrames: frames })
    let last = performance.now()
    const tick = (now: number) => {
      frames.push(now - last)
      last = now
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  const middle = box.y + box.height / 2
  for (let round = 0; round < 3; round += 1) {
    await page.mouse.move(box.x + 5, middle)
    await page.mouse.move(box.x + box.width - 5, middle, { steps: 60 })
    await page.mouse.move(box.x + box.width * 0.3, middle)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, middle, { steps: 20 })
    await page.mouse.up()
  }
  const frames = await page.evaluate(
    () => (window as unknown as { benchFrames: number[] }).benchFrames,
  )
  return frames.slice(2)
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
}
