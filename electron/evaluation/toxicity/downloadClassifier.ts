/** The classifier's files from the Hugging Face Hub, every one checked by the hash that the Hub names. */
import * as fs from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../../shared/errors.ts'
import { downloadModel } from '../../baseModels/huggingFace/downloadModel.ts'
import { createHubClient } from '../../baseModels/huggingFace/hubClient.ts'
import type { HubAddress } from '../../baseModels/huggingFace/hubFetch.ts'
import { classifierFiles } from './classifierFiles.ts'

/** unitary/unbiased-toxic-roberta (Detoxify `unbiased`) as ONNX, Apache-2.0. */
export const classifierRepository = 'protectai/unbiased-toxic-roberta-onnx'
const stallMs = 60_000

export interface ClassifierProgress {
  readonly receivedBytes: number
  readonly totalBytes: number
}

interface DownloadClassifierOptions {
  readonly address: HubAddress
  readonly signal: AbortSignal
  readonly onProgress: (progress: ClassifierProgress) => void
}

/** What has arrived stays, so that the next attempt goes on from there. */
export async function downloadClassifier(
  folder: string,
  { address, signal, onProgress }: DownloadClassifierOptions,
): Promise<void> {
  const client = createHubClient(address, signal)
  const repository = await client.describe({ repo: classifierRepository, revision: null })
  const listed = await client.listFiles(repository)
  const files = classifierFiles.map((name) => {
    const file = listed.find((one) => one.name === name)
    if (file) return file
    throw new AppError('ClassifierUnusable', `${classifierRepository} has no ${name}`, {
      details: { path: classifierRepository, reason: `${name} is missing` },
    })
  })
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
