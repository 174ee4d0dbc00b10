/** `timbre add-model`: from a GGUF file, a Hugging Face folder, or the Hub by name. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { formatBytes } from '../../shared/bytes.ts'
import { AppError } from '../../shared/errors.ts'
import { defaultHubUrl, parseHubReference, type HubModel } from '../../shared/hubModel.ts'
import type { BaseModel } from '../../shared/model.ts'
import type { Publish, Services } from '../services.ts'
import { withServices, type CommandContext } from './commandContext.ts'
import { createDownloadView } from './downloadView.ts'
import { hubOfEnvironment } from './hubOfEnvironment.ts'
import { untilInterrupted } from './interruption.ts'
import { withoutCard } from './models.ts'

export interface AddModelOptions {
  /** Which GGUF file, where the Hub has several. */
  readonly file?: string
}

export function addModel(
  context: CommandContext,
  source: string,
  { file }: AddModelOptions,
): Promise<void> {
  const { t, print, json } = context
  const huggingFace = hubOfEnvironment()
  // What is on this computer goes first: a folder may well be called owner/name.
  const isHubModel =
    !existsSync(source) && parseHubReference(source, huggingFace.url ?? defaultHubUrl) !== null
  const view = createDownloadView(context)
  const publish: Publish = (event, payload) => {
    // The event's name says what it carries.
    if (event === 'hubModel.progressed') view.show(payload as Parameters<typeof view.show>[0])
  }
  return withServices(
    context,
    async (services) => {
      await services.engine.start()
      const added = isHubModel
        ? await addFromHub(context, services, source, file).finally(view.close)
        : await services.importBaseModel(path.resolve(source))
      if (json) print(JSON.stringify(withoutCard(added)))
      else print(t('cli:models.added', { id: added.id }))
    },
    publish,
    { huggingFace },
  )
}

async function addFromHub(
  context: CommandContext,
  { hubModels }: Services,
  name: string,
  file: string | undefined,
): Promise<BaseModel> {
  const found = await hubModels.describe(name)
  const chosen = chooseGguf(found, file)
  const { t, print, json } = context
  const files = [...found.files, ...found.ggufFiles.filter((gguf) => gguf.name === chosen)]
  const size = formatBytes(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
  if (!json)
    print(
      t('cli:download.found', {
        name: `${found.repo}@${found.commit.slice(0, 12)}`,
        size,
        license: found.license || '–',
      }),
    )
  const adding = hubModels.add({ repo: found.repo, commit: found.commit, file: chosen })
  try {
    return await untilInterrupted(adding)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'Cancelled') throw error
    hubModels.cancel()
    await adding.catch(() => undefined)
    throw new AppError('Cancelled', 'Interrupted', { details: { what: 'download' } })
  }
}

/** @throws AppError InvalidRequest with the files there are */
function chooseGguf({ repo, ggufFiles }: HubModel, wanted: string | undefined): string | null {
  if (ggufFiles.length === 0) return null
  const only = ggufFiles.length === 1 ? ggufFiles[0]?.name : undefined
  const chosen = ggufFiles.find(({ name }) => name === (wanted ?? only))
  if (chosen) return chosen.name
  const list = ggufFiles.map(({ name, sizeBytes }) => `\n  ${name}  ${formatBytes(sizeBytes)}`)
  throw new AppError('HubFileToChoose', `${repo} holds several GGUF files`, {
    details: { name: repo, files: list.join('') },
  })
}
