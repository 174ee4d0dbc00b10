/** What the leaderboard can show of a candidate, by the question it answers. */
import { formatDuration } from '../../shared/duration.ts'
import { perplexity, type LeaderboardEntry } from '../../shared/leaderboard.ts'
import { formatCompact, formatMeasure, formatPercent } from '../format.ts'

export const columnGroups = ['learning', 'answers', 'effort'] as const
export type ColumnGroup = (typeof columnGroups)[number]

export interface LeaderboardColumn {
  /** Of its words: `analysis:leaderboard.columns.<key>`, and `.meanings.<key>`. */
  readonly key: string
  readonly group: ColumnGroup
  /** Null sorts last, whichever way. */
  readonly value: (entry: LeaderboardEntry) => number | null
  readonly format: (value: number, language: string) => string
}

const money = (value: number, language: string) =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' }).format(value)

export const leaderboardColumns: readonly LeaderboardColumn[] = [
  {
    key: 'bitsPerByte',
    group: 'learning',
    value: (entry) => entry.validationBitsPerByte,
    format: formatMeasure,
  },
  {
    key: 'validationLoss',
    group: 'learning',
    value: (entry) => entry.validationLoss,
    format: formatMeasure,
  },
  {
    key: 'perplexity',
    group: 'learning',
    value: ({ validationLoss }) => (validationLoss === null ? null : perplexity(validationLoss)),
    format: formatMeasure,
  },
  {
    key: 'trainingLoss',
    group: 'learning',
    value: (entry) => entry.trainingLoss,
    format: formatMeasure,
  },
  {
    key: 'trainingPerplexity',
    group: 'learning',
    value: ({ trainingLoss }) => (trainingLoss === null ? null : perplexity(trainingLoss)),
    format: formatMeasure,
  },
  {
    key: 'better',
    group: 'answers',
    value: ({ evaluation }) =>
      evaluation && evaluation.better !== null ? evaluation.better / evaluation.rows : null,
    format: formatPercent,
  },
  {
    key: 'voice',
    group: 'answers',
    value: ({ evaluation }) => evaluation?.voice ?? null,
    format: (value) => String(Math.round(100 * value)),
  },
  {
    key: 'rougeL',
    group: 'answers',
    value: ({ evaluation }) => evaluation?.rougeL ?? null,
    format: formatMeasure,
  },
  {
    key: 'f1',
    group: 'answers',
    value: ({ evaluation }) => evaluation?.f1 ?? null,
    format: formatMeasure,
  },
  {
    key: 'toxic',
    group: 'answers',
    value: ({ evaluation }) => evaluation?.toxic ?? null,
    format: formatPercent,
  },
  {
    key: 'size',
    group: 'effort',
    value: (entry) => entry.parameterCount,
    format: formatCompact,
  },
  { key: 'tokens', group: 'effort', value: (entry) => entry.tokensSeen, format: formatCompact },
  { key: 'time', group: 'effort', value: (entry) => entry.trainingSeconds, format: formatDuration },
  { key: 'cost', group: 'effort', value: (entry) => entry.costUsd, format: money },
  {
    key: 'answerCost',
    group: 'effort',
    value: (entry) => entry.costPerThousandAnswersUsd,
    format: money,
  },
  {
    key: 'answerTime',
    group: 'effort',
    value: ({ evaluation }) => evaluation?.answerMs ?? null,
    format: (value) => `${(value / 1000).toFixed(2)} s`,
  },
]

export interface Sorting {
  /** Of a column; 'rank' is the order given. */
  readonly key: string
  readonly descending: boolean
}

/** Those without a value come last. */
export function sortEntries(
  entries: readonly LeaderboardEntry[],
  { key, descending }: Sorting,
): LeaderboardEntry[] {
  const column = leaderboardColumns.find((known) => known.key === key)
  const valueOf = (entry: LeaderboardEntry) => (column ? column.value(entry) : entry.rank)
  return entries.toSorted((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return descending ? second - first : first - second
  })
}

/** By base model, version or status, as they are shown. */
export function filterEntries(
  entries: readonly LeaderboardEntry[],
  text: string,
  statusWord: (entry: LeaderboardEntry) => string,
): LeaderboardEntry[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return [...entries]
  return entries.filter((entry) =>
    [entry.baseModelName, `V${entry.versionNumber}`, statusWord(entry)].some((word) =>
      word.toLowerCase().includes(wanted),
    ),
  )
}
