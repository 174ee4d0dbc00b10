/** What an evaluation report costs beside the generations that it needs: a bundled model, the sample, the real engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { forkEngine } from '../../electron/engineProcess/forkEngine.ts'
import { createServices, type Services } from '../../electron/services.ts'
import { localWorkspaceId } from '../../shared/workspace.ts'
import { repositoryRoot } from '../repositoryRoot.ts'
import type { BenchOptions, BenchResult } from './result.ts'

const baseModelId = 'timbre-pico-en'

export async function benchReport({ quick, say }: BenchOptions): Promise<BenchResult[]> {
  const work = mkdtempSync(path.join(os.tmpdir(), 'timbre-bench-'))
  const services = createServices({
    dataDirectory: work,
    resourcesDirectory: repositoryRoot,
    launchEngine: forkEngine,
    systemLocale: 'en',
    publish: () => undefined,
  })
  try {
    const candidateId = await train(services, say)
    const rows = quick ? 10 : 50
    const startedAt = performance.now()
    const started = await services.evaluation.evaluator.start({
      candidateId,
      rows,
      source: { kind: 'validation' },
      robustnessRows: 0,
      stereotypePairs: 0,
      withBase: true,
      judge: null,
      library: null,
    })
    const { answerTimes, status } = await services.evaluation.evaluator.ended(started.id)
    if (status !== 'Completed') throw new Error(`The evaluation ended as ${status}.`)
    await services.report(candidateId)
    const whole = (performance.now() - startedAt) / 1000
    const generating =
      answerTimes.reduce((sum, { tunedMs, baseMs }) => sum + tunedMs + (baseMs ?? 0), 0) / 1000
    const result = { suite: 'report', case: `${answerTimes.length} rows`, n: 1 }
    return [
      {
        ...result,
        metric: 'evaluation and report',
        value: whole,
        unit: 's',
        peer: 'the generations alone',
        peerValue: generating,
        ratio: generating / whole,
      },
    ]
  } finally {
    await services.close()
    rmSync(work, { recursive: true, force: true })
  }
}

/** One pass over the sample: the answers' length counts here, not how good they are. */
async function train(services: Services, say: (line: string) => void): Promise<string> {
  await services.engine.start()
  const sample = path.join(repositoryRoot, 'samples', 'help-desk-en.csv')
  const dataset = await services.datasets.import(sample)
  const version = await services.startVersion({
    modelId: null,
    workspaceId: localWorkspaceId,
    name: 'Bench',
    problemType: 'fine-tune-foundation-model',
    datasetId: dataset.id,
    columns: dataset.scan.suggestedRoles ?? { question: 'question', answer: 'answer' },
    validationFraction: 0.2,
    splitSeed: 10,
    samplePrompts: [],
    candidates: [{ baseModelId, hyperparameters: { epoch: '1' } }],
  })
  const [candidate] = version.candidates
  if (!candidate) throw new Error('There is no candidate.')
  for (;;) {
    await services.watch.check()
    const [entry] = services.leaderboard(version.id)
    if (entry?.status === 'Completed') break
    if (entry?.status === 'Failed') throw new Error('The training failed.')
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  say('trained')
  return candidate.id
}
