/** `timbre batch`: a model answers every row of a file. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Batch } from '../../shared/batch.ts'
import { speakerKey, type Speaker } from '../../shared/playground.ts'
import { AppError } from '../../shared/errors.ts'
import { writeFileWhole } from '../dataset/content.ts'
import type { Services } from '../services.ts'
import { requireEndpointAgreement, requireTransformAgreement } from './agreedCost.ts'
import { withServices, type CommandContext } from './commandContext.ts'

export interface BatchOptions {
  readonly candidate: string
  readonly data: string
  readonly column: string
  readonly out: string
  readonly maxTokens: string
  /** Instance type of a transform job; left out: row by row. */
  readonly transform?: string
  /** To what an endpoint or a job costs. */
  readonly yes?: boolean
}

/** The same file, column and model go on where they were interrupted. */
export function batch(context: CommandContext, options: BatchOptions): Promise<void> {
  const { t, print, json } = context
  let shown = 0
  let job: string | null = null
  return withServices(
    context,
    async (services) => {
      const { batches } = services.use
      await services.engine.start()
      await services.listBaseModels()
      const speaker = speakerOf(options.candidate)
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
            one.transform?.instanceType === options.transform &&
            one.settings.maxNewTokens === settings.maxNewTokens,
        )
      // A job that is under way is only waited for.
      if (speaker.kind === 'candidate' && !known?.transform?.jobName)
        await requireCost(context, services, speaker.candidateId, options)
      if (known && !json) print(t('cli:batch.resumed', { done: known.doneCount }))
      const started = known
        ? batches.resume(known.id)
        : await batches.start({
            speaker,
            datasetId: (await services.datasets.import(file)).id,
            column: options.column,
            settings,
            transform: options.transform === undefined ? null : { instanceType: options.transform },
          })
      const ended = await batches.ended(started.id)
      if (ended.failure) throw AppError.fromData(ended.failure)
      await writeFileWhole(path.resolve(options.out), batches.csv(ended.id))
      if (json) print(JSON.stringify(ended))
      else print(t('cli:batch.wrote', { path: path.resolve(options.out) }))
    },
    (event, payload) => {
      if (event !== 'batch.progressed' || json) return
      const { doneCount, rowCount, transform } = payload as Batch // of this event
      const name = transform?.jobName ?? null
      if (transform && name !== null && name !== job) {
        job = name
        print(t('cli:batch.transform', { name, instance: transform.instanceType }))
      }
      const percent = Math.floor((doneCount * 10) / Math.max(1, rowCount))
      if (percent === shown) return
      shown = percent
      print(t('cli:batch.progress', { done: doneCount, total: rowCount }))
    },
  )
}

function requireCost(
  context: CommandContext,
  services: Services,
  candidateId: string,
  { transform, yes = false }: BatchOptions,
): Promise<void> {
  return transform === undefined
    ? requireEndpointAgreement(context, services, candidateId, ['tuned'], yes)
    : requireTransformAgreement(context, services, candidateId, transform, yes)
}

function speakerOf(text: string): Speaker {
  return text.startsWith('base:')
    ? { kind: 'base', baseModelId: text.slice('base:'.length) }
    : { kind: 'candidate', candidateId: text }
}
