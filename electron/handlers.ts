/** One line per contract call: the function that answers it. */
import type { Handlers } from '../shared/contract.ts'
import { listVersionCosts } from './db/runCosts.ts'
import { listLogLines, listSampleAnswers } from './db/logLines.ts'
import { getModel, listModels } from './db/models.ts'
import { getSettings, updateSettings } from './db/settings.ts'
import { readTrainingDevice } from './engineProcess/trainingDevice.ts'
import { analyzeHandlers } from './handlers/analyzeHandlers.ts'
import type { HostDialogs } from './handlers/hostDialogs.ts'
import { catalogHandlers } from './handlers/catalogHandlers.ts'
import { intakeHandlers } from './handlers/intakeHandlers.ts'
import { shipHandlers } from './handlers/shipHandlers.ts'
import { workspaceHandlers } from './handlers/workspaceHandlers.ts'
import { diskHandlers } from './handlers/diskHandlers.ts'
import { createWorkbenchHandlers } from './handlers/workbenchHandlers.ts'
import type { Services } from './services.ts'
import { openTrainings } from './training/openTrainings.ts'

export interface HostFacts {
  readonly version: string
  readonly runtime: string
  readonly isOnBattery: () => boolean
}

export function createHandlers(
  services: Services,
  dialogs: HostDialogs,
  host: HostFacts,
  publish: (event: 'settings.changed', settings: ReturnType<typeof getSettings>) => void,
): Handlers {
  const { db, datasets, engine, hubModels, hubTokens } = services
  const hubUrl = () => getSettings(db).hubUrl
  return {
    ...analyzeHandlers(services, dialogs),
    ...shipHandlers(services, dialogs),
    ...workspaceHandlers(services),
    ...intakeHandlers(services, () => dialogs.chooseFiles()),
    ...diskHandlers(services.disk),
    ...catalogHandlers(services),
    'app.describe': async () => ({
      version: host.version,
      runtime: host.runtime,
      dataDirectory: services.dataDirectory,
      systemLocale: services.systemLocale,
      platform: process.platform,
    }),
    'app.isOnBattery': async () => host.isOnBattery(),
    'settings.get': async () => getSettings(db),
    'settings.update': async (change) => {
      const settings = updateSettings(db, change)
      publish('settings.changed', settings)
      return settings
    },
    'engine.describe': async () => engine.status(),
    'engine.start': () => engine.start(),
    'engine.stop': () => engine.stop(),
    'engine.device': () => readTrainingDevice(services.dataDirectory),

    'dataset.list': async () => datasets.list(),
    'dataset.get': async ({ id }) => datasets.get(id),
    'dataset.fix': async ({ id, codes }) => {
      // A fix works on what the analyst sees.
      await services.workbench.save(id)
      return datasets.fix(id, codes)
    },
    'dataset.undoFix': ({ id }) => datasets.undoFix(id),
    'dataset.rename': async ({ id, name }) => datasets.rename(id, name),
    'dataset.delete': async ({ id }) => {
      await services.disk.delete({ kind: 'dataset', id })
      return null
    },

    ...createWorkbenchHandlers(services, dialogs),

    'baseModel.list': () => services.listBaseModels(),
    'baseModel.choose': async ({ kind }) => {
      const chosen = await dialogs.chooseModel(kind)
      return chosen === null ? null : services.importBaseModel(chosen)
    },
    'baseModel.import': ({ path: source }) => services.importBaseModel(source),
    'baseModel.delete': async ({ id }) => {
      await services.disk.delete({ kind: 'baseModel', id })
      return null
    },

    'baseModel.preview': (request) => services.previewPrompt(request),

    'hubModel.describe': ({ name }) => hubModels.describe(name),
    'hubModel.add': (wanted) => hubModels.add(wanted),
    'hubModel.cancel': async () => {
      hubModels.cancel()
      return null
    },
    'hubModel.progress': async () => hubModels.current(),
    'hubToken.describe': () => hubTokens.describe(hubUrl()),
    'hubToken.set': async ({ token }) => {
      await hubTokens.set(hubUrl(), token)
      return hubTokens.describe(hubUrl())
    },
    'hubToken.remove': async () => {
      await hubTokens.remove()
      return hubTokens.describe(hubUrl())
    },

    'model.list': async () => listModels(db),
    'model.get': async ({ id }) => getModel(db, id),
    'model.rename': async ({ id, name }) => services.renameModel(id, name),
    'model.describeDeletion': ({ id }) => services.disk.describeDeletion(id),
    'version.start': (request) => services.startVersion(request),
    'version.listOpen': async () => openTrainings(db),
    'version.costs': async ({ versionId }) => listVersionCosts(services.db, versionId),
    'version.estimate': (request) => services.estimateVersion(request),
    'candidate.continue': async ({ candidateId }) => {
      await services.continueCandidate(candidateId)
      return null
    },
    'candidate.trainNext': async ({ candidateId }) => {
      services.trainNext(candidateId)
      return null
    },
    'candidate.stop': async ({ candidateId }) => {
      await services.stopCandidate(candidateId)
      return null
    },
    'candidate.choose': async ({ versionId, candidateId }) =>
      services.chooseCandidate(versionId, candidateId),
    'candidate.samples': async ({ candidateId }) => listSampleAnswers(db, candidateId),
    'candidate.log': async ({ candidateId }) => listLogLines(db, candidateId),

    'candidate.export': async ({ candidateId, format }) => {
      const parent = await dialogs.chooseFolder()
      if (parent === null) return null
      const { directory, equalAnswers, asked } = await services.exportCandidate(
        candidateId,
        format,
        parent,
      )
      return { directory, equalAnswers, asked }
    },
  }
}
