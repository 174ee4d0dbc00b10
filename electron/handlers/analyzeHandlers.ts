/** Answers the calls of curves, evaluation and reports. */
import type { analyzeCalls } from '../../shared/contract/analyzeCalls.ts'
import type { Handlers } from '../../shared/contract.ts'
import { writeFileWhole } from '../dataset/content.ts'
import { readMetricOverview } from '../db/metricOverview.ts'
import { evaluationDocument } from '../evaluation/report/evaluationDocument.ts'
import type { Services } from '../services.ts'
import { modelLeaderboardOf } from '../training/leaderboardOf.ts'
import type { HostDialogs } from './hostDialogs.ts'

export function analyzeHandlers(
  services: Services,
  dialogs: HostDialogs,
): Pick<Handlers, keyof typeof analyzeCalls> {
  const { evaluator, builtInSets, scoringModels } = services.evaluation

  /** Null when the dialog was closed. */
  async function save(
    suggestedName: string,
    content: () => Promise<string | Uint8Array>,
  ): Promise<{ path: string } | null> {
    const file = await dialogs.chooseSavePath(suggestedName)
    if (file === null) return null
    await writeFileWhole(file, [Buffer.from(await content())])
    return { path: file }
  }

  return {
    'candidate.metrics': ({ candidateId, range }) =>
      readMetricOverview(services.db, candidateId, range),
    'leaderboard.list': async ({ versionId }) => services.leaderboard(versionId),
    'leaderboard.listModel': async ({ modelId }) => modelLeaderboardOf(services.db, modelId),

    'evaluation.estimate': (request) => services.evaluation.estimate(request),
    'evaluation.start': (request) => evaluator.start(request),
    'evaluation.stop': async ({ evaluationId }) => {
      await evaluator.stop(evaluationId)
      return null
    },
    'evaluation.latest': async ({ candidateId }) => evaluator.latest(candidateId),
    'evaluation.rate': async ({ evaluationId, position, rating }) =>
      evaluator.rate(evaluationId, position, rating),

    'evaluationSet.list': () => builtInSets.list(),
    'evaluationSet.download': async ({ name }) => {
      await builtInSets.download(name)
      return builtInSets.list()
    },
    'evaluationSet.choose': async ({ name }) => {
      const file = await dialogs.chooseFile()
      if (file === null) return null
      await builtInSets.importFile(name, file)
      return builtInSets.list()
    },

    'scoringModel.list': () => scoringModels.list(),
    'scoringModel.download': async ({ name }) => {
      await scoringModels.of(name).download()
      return scoringModels.list()
    },
    'scoringModel.cancel': async ({ name }) => {
      scoringModels.of(name).cancelDownload()
      return null
    },
    'scoringModel.choose': async ({ name }) => {
      const folder = await dialogs.chooseFolder()
      if (folder === null) return null
      await scoringModels.of(name).importFolder(folder)
      return scoringModels.list()
    },

    'chart.save': (chart) =>
      save(`timbre-${chart.name}.${chart.format}`, async () =>
        chart.format === 'png' ? Buffer.from(chart.base64, 'base64') : chart.text,
      ),

    'report.save': ({ candidateId, format }) =>
      save(`timbre-report.${format}`, async () => {
        const evaluation = format === 'json' ? evaluator.latest(candidateId) : null
        if (evaluation) return evaluationDocument(evaluation)
        const html = await services.report(candidateId)
        return format === 'pdf' ? dialogs.printPdf(html) : html
      }),
  }
}
