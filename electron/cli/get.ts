/** `timbre get`: what reports are made with, from its public address or from a copy. */
import path from 'node:path'
import { formatBytes } from '../../shared/bytes.ts'
import type { EventPayload } from '../../shared/contract.ts'
import { builtInSetNames, type BuiltInSetName } from '../../shared/evaluationSets.ts'
import { scoringModelNames, type ScoringModelName } from '../../shared/scoringModel.ts'
import type { Services } from '../services.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { hubOfEnvironment } from './hubOfEnvironment.ts'
import { untilInterrupted } from './interruption.ts'

export type Gettable = ScoringModelName | BuiltInSetName
export const gettable: readonly Gettable[] = [...scoringModelNames, ...builtInSetNames]

/**
 * @param from a folder of a scoring model, or a file of a published set; left out: it is downloaded
 * @throws AppError of downloads and imports
 */
export function get(context: CommandContext, name: Gettable, from?: string): Promise<void> {
  const { t, print, json } = context
  const onTerminal = process.stderr.isTTY && !json
  return withServices(
    context,
    async ({ evaluation }) => {
      // Closing the services ends a download in order, and what has arrived stays.
      const sizeBytes = await untilInterrupted(
        bring(evaluation, name, from === undefined ? null : path.resolve(from)),
      )
      if (onTerminal) process.stderr.write('\n')
      if (json) print(JSON.stringify({ name, sizeBytes }))
      else print(t('cli:get.done', { name, size: formatBytes(sizeBytes ?? 0) }))
    },
    (event, payload) => {
      if (event !== 'scoringModel.progressed' || !onTerminal) return
      const { progress } = payload as EventPayload<'scoringModel.progressed'> // by its name
      if (!progress) return
      const [done, total] = [progress.receivedBytes, progress.totalBytes].map(formatBytes)
      process.stderr.write(
        `\r${t('cli:get.downloading', { name, done: done ?? '', total: total ?? '' })} `,
      )
    },
    { huggingFace: hubOfEnvironment() },
  )
}

async function bring(
  { scoringModels, builtInSets }: Services['evaluation'],
  name: Gettable,
  from: string | null,
): Promise<number | null> {
  const model = scoringModelNames.find((known) => known === name)
  if (model) {
    if (from === null) await scoringModels.of(model).download()
    else await scoringModels.of(model).importFolder(from)
    return scoringModels.of(model).sizeBytes()
  }
  const set = builtInSetNames.find((known) => known === name)
  if (set && from === null) await builtInSets.download(set)
  else if (set && from !== null) await builtInSets.importFile(set, from)
  return (await builtInSets.list()).find((known) => known.name === name)?.sizeBytes ?? null
}
