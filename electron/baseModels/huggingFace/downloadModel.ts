/** All files of a model, one after another, and how far they are. */
import type { HubDownload } from '../../../shared/hubModel.ts'
import { downloadFile, type DownloadOptions } from './downloadFile.ts'
import { receivedIn, sizeOfAll } from './downloadFolder.ts'
import type { HubClient, HubFile, HubRepository } from './hubClient.ts'
import { cancelled } from './hubErrors.ts'
import { createProgressMeter } from './progressMeter.ts'

export interface ModelDownloadOptions extends Omit<DownloadOptions, 'onReceived'> {
  show(download: HubDownload): void
  now(): number
}

const publishEveryMs = 250

/** @throws AppError as `downloadFile` does */
export async function downloadModel(
  client: HubClient,
  repository: Pick<HubRepository, 'repo' | 'commit'>,
  files: readonly HubFile[],
  folder: string,
  { show, now, ...options }: ModelDownloadOptions,
): Promise<void> {
  const totalBytes = sizeOfAll(files)
  const received = new Map<string, number>()
  for (const file of files) received.set(file.name, await receivedIn(folder, [file]))
  const meter = createProgressMeter()
  const publish = () => {
    const receivedBytes = [...received.values()].reduce((sum, bytes) => sum + bytes, 0)
    meter.record(receivedBytes, now())
    show({
      repo: repository.repo,
      phase: 'downloading',
      receivedBytes,
      totalBytes,
      bytesPerSecond: meter.bytesPerSecond(),
      secondsLeft: meter.secondsLeft(totalBytes),
    })
  }
  publish()
  // By the clock and not by what arrives, so that a line that stands still is seen to.
  const timer = setInterval(publish, publishEveryMs)
  try {
    for (const file of files) {
      if (options.signal.aborted) throw cancelled()
      const onReceived = (bytes: number) => void received.set(file.name, bytes)
      await downloadFile(client, repository, file, folder, { ...options, onReceived })
    }
  } finally {
    clearInterval(timer)
  }
  publish()
}
