/** The rows of a version that another base model would not read whole, told row by row. */
import {
  canvasCut,
  tokenCut,
  type CutReason,
  type CutRow,
  type CutRows,
  type CutRowsRequest,
} from '../../shared/cutRows.ts'
import type { TrainingExample } from '../../shared/dataset.ts'
import type { ModelVersion } from '../../shared/model.ts'
import { estimateTokens, tokensOfExamples } from '../../shared/trainingWay.ts'
import type { ReadSplit } from '../dataset/readSplit.ts'

/** What is shown around a cut. */
const shownCharacters = 40
const shownOfQuestion = 80

interface Numbered {
  readonly example: TrainingExample
  readonly part: CutRow['part']
}

/**
 * The version's own split, with fewer rows if so asked.
 *
 * @throws AppError DatasetNotFound, ColumnNotFound, SplitImpossible
 */
export async function listCutRows(
  readSplit: ReadSplit,
  version: ModelVersion,
  { mostTokens, sampleRows, reason, from, count }: CutRowsRequest,
): Promise<CutRows> {
  const { datasetSha256 } = version
  const own = rowsOf(await readSplit(version, datasetSha256))
  const isSmaller = sampleRows !== undefined && sampleRows !== (version.sampleRows ?? null)
  const kept = isSmaller ? rowsOf(await readSplit({ ...version, sampleRows }, datasetSha256)) : own
  const placesKept = new Set(kept.map(placeOf))
  const cuts: Readonly<Record<CutReason, (row: Numbered) => CutRow['cut'] | undefined>> = {
    tokens: ({ example }) =>
      mostTokens === null ? undefined : shown(example, tokenCut(example, mostTokens)),
    canvas: ({ example }) => shown(example, canvasCut(example)),
    leftOut: (row) => (placesKept.has(placeOf(row)) ? undefined : null),
  }
  const counts: Record<CutReason, number> = { tokens: 0, leftOut: 0, canvas: 0 }
  const rows: CutRow[] = []
  for (const kind of ['tokens', 'leftOut', 'canvas'] as const) {
    for (const row of kind === 'leftOut' ? own : kept) {
      const cut = cuts[kind](row)
      if (cut === undefined) continue
      const place = counts[kind]
      counts[kind] += 1
      if (kind === reason && place >= from && place < from + count) rows.push(toCutRow(row, cut))
    }
  }
  const training = kept.filter(({ part }) => part === 'training')
  return {
    rowCount: kept.length,
    trainingRowCount: training.length,
    trainingTokens: tokensOfExamples(
      training.map(({ example }) => example),
      mostTokens,
    ),
    counts,
    rows,
  }
}

function tokensIn({ prompt, completion }: TrainingExample): number {
  return estimateTokens(prompt) + estimateTokens(completion)
}

/** In the order of the file; of two files the one that is trained on first. */
function rowsOf(split: Awaited<ReturnType<ReadSplit>>): Numbered[] {
  const all = (['training', 'validation'] as const).flatMap((part) =>
    split[part].map((example) => ({ example, part })),
  )
  return all.sort((a, b) => (a.example.row ?? 0) - (b.example.row ?? 0))
}

/** By its text as well: in a validation file of its own the same number is another row. */
function placeOf({ example: { row, prompt, completion } }: Numbered): string {
  return JSON.stringify([row, prompt, completion])
}

function toCutRow({ example, part }: Numbered, cut: CutRow['cut']): CutRow {
  const { row = 0, prompt, completion } = example
  return {
    row,
    part,
    tokens: tokensIn(example),
    characters: prompt.length + completion.length,
    cut,
    beginning: prompt.slice(0, shownOfQuestion),
  }
}

/** Undefined: it is read whole. */
function shown(
  { prompt, completion }: TrainingExample,
  cut: { readonly in: 'question' | 'answer'; readonly at: number } | null,
): CutRow['cut'] | undefined {
  if (cut === null) return undefined
  const text = cut.in === 'question' ? prompt : completion
  return {
    ...cut,
    kept: text.slice(Math.max(0, cut.at - shownCharacters), cut.at),
    lost: text.slice(cut.at, cut.at + shownCharacters),
  }
}
