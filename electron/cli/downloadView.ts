/** Progress of a download: one line that changes on a terminal, now and then a line elsewhere. */
import { formatBytes } from '../../shared/bytes.ts'
import type { HubDownload } from '../../shared/hubModel.ts'
import type { CommandContext } from './commandContext.ts'

export interface DownloadView {
  show(download: HubDownload | null): void
  close(): void
}

/** Without a terminal, a line at every tenth of the way. */
const lineEvery = 0.1

export function createDownloadView(context: CommandContext): DownloadView {
  if (context.json) return { show: () => undefined, close: () => undefined }
  const { print } = context
  const isTerminal = process.stdout.isTTY
  let shownTenth = -1
  let isAdding = false
  return {
    show(download) {
      if (!download || isAdding) return
      isAdding = download.phase === 'adding'
      if (isTerminal) {
        process.stdout.write(`\r\u001b[2K${lineOf(context, download)}`)
        return
      }
      const tenth = Math.floor(shareOf(download) / lineEvery)
      if (!isAdding && (tenth <= shownTenth || download.totalBytes === 0)) return
      shownTenth = tenth
      print(lineOf(context, download))
    },
    close() {
      if (isTerminal) process.stdout.write('\n')
    },
  }
}

function shareOf({ receivedBytes, totalBytes }: HubDownload): number {
  return totalBytes === 0 ? 0 : receivedBytes / totalBytes
}

function lineOf({ t }: CommandContext, download: HubDownload): string {
  const { repo, phase, receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = download
  if (phase === 'adding') return t('cli:download.adding', { name: repo })
  return [
    `${repo}  ${Math.floor(100 * shareOf(download))} %`,
    t('cli:download.received', {
      received: formatBytes(receivedBytes),
      total: formatBytes(totalBytes),
    }),
    bytesPerSecond === null ? '' : `${formatBytes(Math.round(bytesPerSecond))}/s`,
    secondsLeft === null ? '' : t('cli:run.left', { seconds: Math.ceil(secondsLeft) }),
  ]
    .filter((part) => part !== '')
    .join('  ')
}
