/** The leaderboard as a table of text. */
import { formatMeasure } from '../../shared/formats.ts'
import { perplexity, reasonWords, type LeaderboardEntry } from '../../shared/leaderboard.ts'
import type { ModelVersion } from '../../shared/model.ts'
import type { CommandContext } from './commandContext.ts'

/** What a training ends with: a table, or one JSON document. */
export function printResult(
  context: CommandContext,
  version: ModelVersion,
  leaderboard: readonly LeaderboardEntry[],
): void {
  if (!context.json) {
    printLeaderboard(context, leaderboard)
    return
  }
  context.print(
    JSON.stringify({
      modelId: version.modelId,
      versionId: version.id,
      candidates: version.candidates.map(({ id, baseModelId, status, failure }) => ({
        id,
        baseModelId,
        status,
        failure,
      })),
      leaderboard,
    }),
  )
}

export function printLeaderboard(
  { t, print, systemLocale }: CommandContext,
  entries: readonly LeaderboardEntry[],
): void {
  print('')
  print(t('cli:leaderboard.title'))
  print(t('cli:leaderboard.head'))
  for (const entry of entries) {
    const number = (value: number | null, width: number) => formatMeasure(value).padEnd(width)
    const loss = entry.validationLoss
    print(
      [
        String(entry.rank ?? '–').padEnd(5),
        entry.baseModelName.padEnd(33),
        number(loss, 16),
        number(loss === null ? null : perplexity(loss), 11),
        number(entry.trainingLoss, 14),
        (entry.trainingSeconds === null ? '–' : `${entry.trainingSeconds} s`).padEnd(6),
        entry.suggested ? `* ${t('cli:leaderboard.suggested')}` : '',
        entry.candidateId,
      ].join(' '),
    )
  }
  const suggested = entries.find((entry) => entry.suggested)
  const why = suggested && reasonWords(suggested, t, systemLocale.startsWith('zh') ? 'zh' : 'en')
  print('')
  if (why) print(t(why.key, why.values))
  print('')
}
