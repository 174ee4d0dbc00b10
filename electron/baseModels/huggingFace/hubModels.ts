/** Base models from the Hugging Face Hub: looked up, downloaded to a folder that survives breaks, and handed on. */
import * as fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { formatBytes } from '../../../shared/bytes.ts'
import { AppError } from '../../../shared/errors.ts'
import {
  parseHubReference,
  type AddHubModel,
  type HubDownload,
  type HubModel,
} from '../../../shared/hubModel.ts'
import type { BaseModel } from '../../../shared/model.ts'
import type { ModelSource } from '../modelSource.ts'
import {
  folderOf,
  freeBytesOf,
  receivedIn,
  removeAbandoned,
  removeDownloads,
  sizeOfAll,
} from './downloadFolder.ts'
import { downloadModel } from './downloadModel.ts'
import { withDownloadLock } from './downloadLock.ts'
import { createHubClient, type HubFile, type HubRepository } from './hubClient.ts'
import { cancelled } from './hubErrors.ts'
import type { HubAddress } from './hubFetch.ts'
import { sourceOf } from './hubModelSource.ts'
import { lookUp } from './lookUp.ts'
import type { OpenFile } from './partialFile.ts'

export interface HubModelsOptions {
  /** `<directory>/<owner>--<name>/<commit>/` holds what is being downloaded. */
  readonly directory: string
  readonly address: () => Promise<HubAddress>
  /** @throws AppError EngineUnavailable: asked before anything is downloaded */
  readonly requireEngine: () => Promise<void>
  readonly addToLibrary: (source: ModelSource, signal: AbortSignal) => Promise<BaseModel>
  /** Null once it has ended. */
  readonly onProgress: (download: HubDownload | null) => void
  readonly now: () => number
  /** What a test changes: waiting, and the disk. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly stallMs?: number
  readonly openFile?: OpenFile
  readonly freeBytes?: (directory: string) => Promise<number>
}

export interface HubModels {
  /** @throws AppError HubNameInvalid, HubModelNotFound, HubModelGated, HubModelUnsupported, DiskTooSmall, … */
  describe(name: string): Promise<HubModel>
  /** Downloads and adds it, one at a time. @throws AppError HubDownloadBusy, HubFileDamaged, Cancelled, … */
  add(wanted: AddHubModel): Promise<BaseModel>
  /** What has arrived stays, so that the next attempt goes on from there. */
  cancel(): void
  current(): HubDownload | null
  /** Removes what has arrived of downloads that were broken off. @throws AppError HubDownloadBusy */
  clear(): Promise<void>
  close(): Promise<void>
}

const defaultStallMs = 60_000
/** Beside the download: the bucket's copy, and the model in its folder, which 4-bit GGUF weights fill fourfold. */
const copiesWhileAdding = { safetensors: 2, gguf: 5 } as const

export function createHubModels(options: HubModelsOptions): HubModels {
  const { directory, now } = options
  const freeBytes = options.freeBytes ?? freeBytesOf
  let current: HubDownload | null = null
  let running: { readonly abort: AbortController; readonly ended: Promise<unknown> } | null = null
  // Only tidying up: what stays behind is tried again at the next start.
  void removeAbandoned(directory, now()).catch(() => undefined)

  function show(download: HubDownload | null): void {
    current = download
    options.onProgress(download)
  }

  async function requireSpace(repository: HubRepository, bytes: number): Promise<void> {
    await fs.mkdir(directory, { recursive: true, mode: 0o700 })
    const free = await freeBytes(directory)
    if (free >= bytes) return
    throw new AppError('DiskTooSmall', `${bytes} bytes are needed, ${free} are free`, {
      details: { name: repository.repo, needed: formatBytes(bytes), free: formatBytes(free) },
    })
  }

  async function add({ repo, commit, file }: AddHubModel, signal: AbortSignal): Promise<BaseModel> {
    await options.requireEngine()
    const client = createHubClient(await options.address(), signal)
    const repository = await client.describe({ repo, revision: commit })
    const chosen = await lookUp(client, repository)
    const weights = chosen.kind === 'gguf' ? chosen.choices.filter(({ name }) => name === file) : []
    if (chosen.kind === 'gguf' && weights.length === 0)
      throw new AppError('InvalidRequest', `Choose one of the GGUF files of ${repo}`, {
        details: { message: chosen.choices.map(({ name }) => name).join(', ') },
      })
    const files = [...chosen.files, ...weights]
    const folder = folderOf(directory, repository)
    const missing = sizeOfAll(files) - (await receivedIn(folder, files))
    await requireSpace(repository, missing + copiesWhileAdding[chosen.kind] * sizeOfAll(files))
    return withDownloadLock(folder, async () => {
      await downloadModel(client, repository, files, folder, {
        signal,
        show,
        now,
        pause: options.pause ?? pause,
        stallMs: options.stallMs ?? defaultStallMs,
        openFile: options.openFile ?? fs.open,
      })
      show({
        ...emptyDownload(repo, sizeOfAll(files)),
        phase: 'adding',
        receivedBytes: sizeOfAll(files),
      })
      const source = await sourceOf(repository, folder, weights[0]?.name ?? null)
      const added = await options.addToLibrary(source, signal)
      await fs.rm(folder, { recursive: true, force: true })
      // Fails while another commit's download lies beside it.
      await fs.rmdir(path.dirname(folder)).catch(() => undefined)
      return added
    })
  }

  return {
    async describe(name) {
      const address = await options.address()
      const reference = parseHubReference(name, address.url)
      if (!reference)
        throw new AppError('HubNameInvalid', 'That is no name of a model', { details: { name } })
      const client = createHubClient(address)
      const repository = await client.describe(reference)
      const chosen = await lookUp(client, repository)
      const receivedBytes = await receivedIn(folderOf(directory, repository), chosen.files)
      const smallest = chosen.kind === 'gguf' ? (chosen.choices[0]?.sizeBytes ?? 0) : 0
      const totalBytes = sizeOfAll(chosen.files) + smallest
      await requireSpace(
        repository,
        (1 + copiesWhileAdding[chosen.kind]) * totalBytes - receivedBytes,
      )
      const shown = ({ name: file, sizeBytes }: HubFile) => ({ name: file, sizeBytes })
      return {
        repo: repository.repo,
        commit: repository.commit,
        license: repository.license,
        url: `${address.url}/${repository.repo}`,
        files: chosen.files.map(shown),
        ggufFiles: chosen.kind === 'gguf' ? chosen.choices.map(shown) : [],
        receivedBytes,
      }
    },
    async add(wanted) {
      if (running)
        throw new AppError('HubDownloadBusy', `${current?.repo ?? 'A model'} is being downloaded`)
      const abort = new AbortController()
      show(emptyDownload(wanted.repo, 0))
      const work = add(wanted, abort.signal)
      const ended = work.then(
        () => undefined,
        () => undefined,
      )
      running = { abort, ended }
      try {
        return await work
      } catch (error) {
        throw abort.signal.aborted ? cancelled() : error
      } finally {
        running = null
        show(null)
      }
    },
    cancel: () => running?.abort.abort(),
    current: () => current,
    async clear() {
      if (running)
        throw new AppError('HubDownloadBusy', `${current?.repo ?? 'A model'} is being downloaded`)
      await removeDownloads(directory)
    },
    async close() {
      running?.abort.abort()
      await running?.ended
    },
  }
}

function emptyDownload(repo: string, totalBytes: number): HubDownload {
  return {
    repo,
    phase: 'downloading',
    receivedBytes: 0,
    totalBytes,
    bytesPerSecond: null,
    secondsLeft: null,
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Cancelled: the caller looks at the signal itself.
  await wait(ms, undefined, { signal }).catch(() => undefined)
}
