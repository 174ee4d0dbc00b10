/**
 * `node build/bootstrap.cjs sampleReport`: the report in docs/reports, of a real tuned model: the bundled base model, the bundled sample,
 * one pass over it, everything as the app does it; the PDF is printed by the app.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type Page } from '@playwright/test'
import { forkEngine } from '../electron/engineProcess/forkEngine.ts'
import { createServices } from '../electron/services.ts'
import { isTerminal } from '../shared/model.ts'
import { localWorkspaceId } from '../shared/workspace.ts'
import { bundleAll } from './bundleAll.ts'
import { repositoryRoot } from './repositoryRoot.ts'
import { hasDisplay, startVirtualDisplay } from './runtime/display.ts'
import { ensureRuntime } from './runtime/runtime.ts'
import { ensureSystemLibraries } from './runtime/systemLibraries.ts'

const baseModelId = 'timbre-pico-en'
const sample = path.join(repositoryRoot, 'samples', 'help-desk-en.csv')
const target = path.join(repositoryRoot, 'docs', 'reports')
const [rows, robustnessRows] = [30, 5]
const mostAttempts = 5

/** Trains, evaluates and writes the HTML. @returns the candidate */
async function makeReport(dataDirectory: string): Promise<string> {
  const services = createServices({
    dataDirectory,
    resourcesDirectory: repositoryRoot,
    launchEngine: forkEngine,
    systemLocale: 'en',
    publish: (event, payload) => {
      if (event === 'evaluation.progressed') console.log(JSON.stringify(payload))
    },
  })
  try {
    await services.engine.start()
    const dataset = await services.datasets.import(sample)
    const version = await services.startVersion({
      modelId: null,
      workspaceId: localWorkspaceId,
      name: 'Help desk voice',
      problemType: 'fine-tune-foundation-model',
      datasetId: dataset.id,
      columns: dataset.scan.suggestedRoles ?? { question: 'question', answer: 'answer' },
      validationFraction: 0.2,
      splitSeed: 10,
      samplePrompts: [],
      candidates: [{ baseModelId, hyperparameters: { epoch: '1' } }],
    })
    const candidateId = version.candidates[0]?.id ?? ''
    for (;;) {
      await services.watch.check()
      const status = services.leaderboard(version.id)[0]?.status ?? 'Failed'
      if (status === 'Completed') break
      if (isTerminal(status)) throw new Error(`The training ended as ${status}.`)
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
    const source = { kind: 'validation' } as const
    const request = {
      candidateId,
      rows,
      source,
      robustnessRows,
      stereotypePairs: 0,
      withBase: true,
      judge: null,
      library: null,
    }
    for (let attempt = 1; ; attempt += 1) {
      const { id } = await services.evaluation.evaluator.start(request)
      const { status, failure } = await services.evaluation.evaluator.ended(id)
      if (status === 'Completed') break
      // A machine under load may let a call time out; what is answered is kept.
      if (attempt === mostAttempts) throw new Error(`${status}: ${failure?.message ?? ''}`)
      console.log(`${status}: ${failure?.message ?? ''}`)
    }
    writeFileSync(path.join(target, 'help-desk-en.html'), await services.report(candidateId))
    return candidateId
  } finally {
    await services.close()
  }
}

/** The same report as a PDF, from the app's own window. */
async function printReport(dataDirectory: string, candidateId: string): Promise<void> {
  await bundleAll()
  const runtime = await ensureRuntime(console.log)
  ensureSystemLibraries(runtime.executable, console.log)
  const display = hasDisplay() ? null : await startVirtualDisplay()
  const isRoot = process.getuid?.() === 0
  const environment = {
    ...process.env,
    ...runtime.environment,
    ...display?.environment,
    LANG: 'en-US',
  }
  const app = await _electron.launch({
    executablePath: runtime.executable,
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--lang=en-US',
      repositoryRoot,
      `--data-dir=${dataDirectory}`,
    ],
    env: Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
  })
  try {
    const page = await app.firstWindow()
    await page.getByRole('navigation').waitFor()
    await app.evaluate(
      ({ dialog }, filePath) => {
        dialog.showSaveDialog = async () => ({ canceled: false, filePath })
      },
      path.join(target, 'help-desk-en.pdf'),
    )
    const answer = await page.evaluate(
      async (id) =>
        // The bridge as the page itself has it.
        JSON.stringify(
          await (
            window as unknown as {
              timbre: { invoke(call: string, input: unknown): Promise<unknown> }
            }
          ).timbre.invoke('report.save', { candidateId: id, format: 'pdf' }),
        ),
      candidateId,
    )
    if (!answer.includes('"ok":true')) throw new Error(answer)
    await takePictures(page)
  } finally {
    await app.close()
    display?.close()
  }
}

/** The evaluation as the window shows it. */
async function takePictures(page: Page): Promise<void> {
  const take = (name: string) =>
    page.screenshot({
      path: path.join(repositoryRoot, 'docs', 'pictures', `${name}.png`),
      animations: 'disabled',
    })
  await page.getByRole('button', { name: 'Models' }).click()
  await page.getByRole('button', { name: /^Help desk voice/ }).click()
  await page.getByRole('button', { name: /^Evaluate / }).click()
  await page.getByRole('region', { name: 'Verdict' }).waitFor()
  await take('evaluation')
  await page.getByRole('region', { name: 'Brand voice' }).scrollIntoViewIfNeeded()
  await page
    .getByRole('heading', { name: 'Brand voice' })
    .evaluate((heading) => heading.scrollIntoView({ block: 'start' }))
  await take('brand-voice')
}

const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-report-'))
try {
  mkdirSync(target, { recursive: true })
  await printReport(work, await makeReport(work))
} finally {
  rmSync(work, { recursive: true, force: true })
}
process.exit(0)
