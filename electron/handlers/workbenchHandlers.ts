/** The functions that answer the workbench's calls. */
import type { Handlers } from '../../shared/contract.ts'
import type { workbenchCalls } from '../../shared/contract/workbenchCalls.ts'
import { toAppError } from '../../shared/errors.ts'
import { fileEndings } from '../../shared/workbench/exportFormat.ts'
import type { Services } from '../services.ts'
import type { HostDialogs } from './hostDialogs.ts'

type WorkbenchHandlers = Pick<Handlers, keyof typeof workbenchCalls>

export function createWorkbenchHandlers(
  { workbench, datasets, exportDataset }: Services,
  { chooseSavePath, copyText }: Pick<HostDialogs, 'chooseSavePath' | 'copyText'>,
): WorkbenchHandlers {
  return {
    'workbench.open': ({ datasetId }) => workbench.open(datasetId),
    'workbench.show': (request) => workbench.show(request),
    'workbench.page': ({ datasetId, offset, limit }) => workbench.page(datasetId, offset, limit),
    'workbench.cell': ({ datasetId, row, column }) => workbench.cell(datasetId, row, column),
    'workbench.edit': ({ datasetId, edit }) => workbench.edit(datasetId, edit),
    'workbench.editPlaces': ({ datasetId, from, to, action }) =>
      workbench.editPlaces(datasetId, { from, to }, action),
    'workbench.copy': async ({ datasetId, from, to, column }) => {
      const { text, rows } = await workbench.copyText(datasetId, { from, to }, column)
      copyText(text)
      return { rows }
    },
    'workbench.paste': ({ datasetId, place, column, block }) =>
      workbench.paste(datasetId, { place, column }, block),
    'workbench.undo': ({ datasetId }) => workbench.undo(datasetId),
    'workbench.redo': ({ datasetId }) => workbench.redo(datasetId),
    'workbench.find': (request) => workbench.find(request),
    'workbench.findStep': ({ datasetId, from, forward }) =>
      workbench.findStep(datasetId, from, forward),
    'workbench.countReplacements': ({ datasetId, replacement }) =>
      workbench.countReplacements(datasetId, replacement),
    'workbench.placeOf': ({ datasetId, row }) => workbench.placeOf(datasetId, row),
    'workbench.save': ({ datasetId }) => workbench.save(datasetId),
    'workbench.roles': async ({ datasetId }) => workbench.roles(datasetId),
    'workbench.setRoles': async ({ datasetId, roles }) => {
      workbench.setRoles(datasetId, roles)
      return null
    },
    'workbench.profile': (request) => workbench.profile(request),
    'workbench.cancel': async ({ datasetId, what }) => {
      workbench.cancel(datasetId, what)
      return null
    },
    'workbench.split': async (request) => {
      try {
        return { preview: await workbench.previewSplit(request) }
      } catch (error) {
        return { failure: toAppError(error).toData() }
      }
    },
    'workbench.splitChoice': async ({ datasetId }) => workbench.splitChoice(datasetId),
    'workbench.setSplitChoice': async ({ datasetId, choice }) => {
      workbench.setSplitChoice(datasetId, choice)
      return null
    },
    'workbench.keepQuestionsApart': ({ datasetId }) => workbench.keepQuestionsApart(datasetId),
    'workbench.export': async (request) => {
      const { name } = datasets.get(request.datasetId)
      const file = await chooseSavePath(`${fileName(name)}.${fileEndings[request.format]}`)
      return file === null ? null : { ...(await exportDataset(request, file)), path: file }
    },
  }
}

/** Without what a file's name can't have on one system or another. */
function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ').trim() || 'dataset'
}
