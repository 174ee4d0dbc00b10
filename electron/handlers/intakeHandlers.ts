/** Answers the calls of shared/contract/intakeCalls.ts. */
import path from 'node:path'
import type { Handlers } from '../../shared/contract.ts'
import type { intakeCalls } from '../../shared/contract/intakeCalls.ts'
import type { Dataset } from '../../shared/dataset.ts'
import type { Services } from '../services.ts'

export function intakeHandlers(
  { importer, datasets, resourcesDirectory }: Services,
  chooseFiles: () => Promise<readonly string[]>,
): Pick<Handlers, keyof typeof intakeCalls> {
  return {
    'dataset.choose': async () => {
      let last: Dataset | null = null
      for (const file of await chooseFiles()) last = await importer.start({ path: file })
      return last
    },
    'dataset.import': (request) => importer.start(request),
    'dataset.importSample': ({ language }) =>
      datasets.import(path.join(resourcesDirectory, 'samples', `help-desk-${language}.csv`)),
    'dataset.paste': ({ text, name }) => importer.paste(text, name),
    'dataset.readAgain': ({ id, choice }) => importer.readAgain(id, choice),
    'import.cancel': async ({ importId }) => {
      importer.cancel(importId)
      return null
    },
    'import.describe': ({ path: file }) => importer.describe(file),
    's3.list': ({ bucket, prefix }) => importer.list(bucket, prefix),
    's3.import': (request) => importer.importObject(request),
  }
}
