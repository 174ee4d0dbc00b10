/** `timbre batch`: a model answers every row of a file. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { speakerKey, type Speaker } from '../../shared/playground.ts'
import { AppError } from '../../shared/errors.ts'
import { writeFileWhole } from '../dataset/content.ts'
import { requireEndpointAgreement } from './agreedCost.ts'
import { withServices, type CommandContext } from './commandContext.ts'

export interface BatchOptions {
  readonly candidate: string
  readonly data: string
  readonly column: string
  readonly out: string
  readonly maxTokens: string
  /** To what an endpoint costs. */
  readonly yes?: boolean
}

/** The same file, column and model go on where they were interrupted. */
export function batch(context: CommandContext, options: BatchOptions): Promise<void> {
  const { t, print, json } = context
  let shown = 0
  return withServices(
    context,
    async (services) => {
      const { batches } = services.use
      await services.engine.start()
      await services.listBaseModels()
      const speaker = speakerOf(options.candidate)
      if (speaker.kind === 'candidate')
        await requireEndpointAgreement(
          context,
          services,
          speaker.candidateId,
          1,
          options.yes ?? false,
        )
      const file = path.resolve(options.data)
      const settings = {
        maxNewTokens: Number(options.maxTokens),
        temperature: 0,
        topP: 0.9,
        seed: 1,
      }
      const sha256 = createHash('sha256')
        .update(await readFile(file))
        .digest('hex')
      const known = batches
        .list()
        .find(
          (one) =>
            one.status !== 'Completed' &&
            one.contentSha256 === sha256 &&
            one.column === options.column &&
            speakerKey(one.speaker) === speakerKey(speaker) &&
            one.settings.maxNewTokens === settings.maxNewTokens,
        )
      if (known && !json) print(t('cli:batch.resumed', { done: known.doneCount }))
      const started = known
        ? batches.resume(known.id)
        : await batches.start({
            speaker,
            datasetId: (await services.datasets.import(file)).id,
            column: options.column,
            settings,
            transform: null,
          })
      const ended = await batches.ended(started.id)
      if (ended.failure) throw AppError.fromData(ended.failure)
      await writeFileWhole(path.resolve(options.out), batches.csv(ended.id))
      if (json) print(JSON.stringify(ended))
      else print(t('cli:batch.wrote', { path: path.resolve(options.out) }))
    },
    (event, payload) => {
      if (event !== 'batch.progressed' || json) return
      const { doneCount, rowCount } = payload as { doneCount: number; rowCount: number } // of this event
      const percent = Math.floor((doneCount * 10) / Math.max(1, rowCount))
      if (percent === shown) return
      shown = percent
      print(t('cli:batch.progress', { done: doneCount, total: rowCount }))
    },
  )
}

function speakerOf(text: string): Speaker {
  return text.startsWith('base:')
    ? { kind: 'base', baseModelId: text.slice('base:'.length) }
    : { kind: 'candidate', candidateId: text }
}
