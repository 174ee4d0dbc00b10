/** A scoring model's files from the Hugging Face Hub, every one checked by the hash that the Hub names. */
import * as fs from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { downloadModel } from '../../baseModels/huggingFace/downloadModel.ts'
import { createHubClient, type HubFile } from '../../baseModels/huggingFace/hubClient.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'

/** What a scoring model consists of on this computer. */
export const scoringModelFiles = ['config.json', 'tokenizer.json', 'model.onnx'] as const

export interface ScoringModelSource {
  /** On the Hub. */
  readonly repository: string
  /** Where model.onnx stands in it, such as `onnx/model.onnx`; the other files stand at the top. */
  readonly weights: string
}

export interface ReceivedBytes {
  readonly receivedBytes: number
  readonly totalBytes: number
}

interface DownloadOptions {
  readonly address: HubAddress
  readonly signal: AbortSignal
  readonly onProgress: (progress: ReceivedBytes) => void
  /** Of a repository that lacks a file. */
  readonly unusable: ErrorCode
}

const stallMs = 60_000

/** What has arrived stays, so that the next attempt goes on from there. */
export async function downloadScoringModel(
  folder: string,
  { repository: repo, weights }: ScoringModelSource,
  { address, signal, onProgress, unusable }: DownloadOptions,
): Promise<void> {
  const client = createHubClient(address, signal)
  const repository = await client.describe({ repo, revision: null })
  const find = (listed: readonly HubFile[], name: string): HubFile => {
    const file = listed.find((one) => one.name === name)
    if (file) return file
    throw new AppError(unusable, `${repo} has no ${name}`, {
      details: { path: repo, reason: `${name} is missing` },
    })
  }
  const top = await client.listFiles(repository)
  const [weightsName = '', ...folders] = weights.split('/').toReversed()
  const inside =
    folders.length === 0 ? top : await client.listFiles(repository, folders.toReversed().join('/'))
  const files = scoringModelFiles.map((name) =>
    name === 'model.onnx' ? { ...find(inside, weightsName), name } : find(top, name),
  )
  await fs.mkdir(folder, { recursive: true })
  await downloadModel(client, repository, files, folder, {
    signal,
    show: ({ receivedBytes, totalBytes }) => onProgress({ receivedBytes, totalBytes }),
    now: Date.now,
    pause: async (ms, stops) => void (await wait(ms, undefined, { signal: stops }).catch(() => 0)),
    stallMs,
    openFile: fs.open,
  })
}
