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
import type { ReadSplit, SplitExamples } from '../dataset/split/exampleReader.ts'
import type { Examples } from '../dataset/split/examples.ts'

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
 * @throws AppError DatasetNotFound, ColumnNotFound, SplitImpossible, NothingToValidate
 */
export async function listCutRows(
  readSplit: ReadSplit,
  version: ModelVersion,
  { mostTokens, sampleRows, reason, from, count }: CutRowsRequest,
): Promise<CutRows> {
  const { datasetSha256 } = version
  const own = await readSplit(version, datasetSha256)
  const isSmaller = sampleRows !== undefined && sampleRows !== (version.sampleRows ?? null)
  const kept = isSmaller ? await readSplit({ ...version, sampleRows }, datasetSha256) : own
  const isKept = ({ part, example: { row = 0 } }: Numbered) => {
    const { contentSha256 } = own[part]
    return [kept.training, kept.validation].some(
      (side) => side.contentSha256 === contentSha256 && side.rows.has(row),
    )
  }
  const counts: Record<CutReason, number> = { tokens: 0, leftOut: 0, canvas: 0 }
  const rows: CutRow[] = []
  const add = (kind: CutReason, row: Numbered, cut: CutRow['cut'] | undefined) => {
    if (cut === undefined) return
    const place = counts[kind]
    counts[kind] += 1
    if (kind === reason && place >= from && place < from + count) rows.push(toCutRow(row, cut))
  }
  let trainingTokens = 0
  for await (const row of inOrder(kept)) {
    const { example, part } = row
    if (mostTokens !== null) add('tokens', row, shown(example, tokenCut(example, mostTokens)))
    add('canvas', row, shown(example, canvasCut(example)))
    if (part === 'training') trainingTokens += tokensOfExamples([example], mostTokens)
  }
  if (isSmaller) {
    for await (const row of inOrder(own)) if (!isKept(row)) add('leftOut', row, null)
  }
  return {
    rowCount: kept.training.count + kept.validation.count,
    trainingRowCount: kept.training.count,
    trainingTokens,
    counts,
    rows,
  }
}

function tokensIn({ prompt, completion }: TrainingExample): number {
  return estimateTokens(prompt) + estimateTokens(completion)
}

/** In the order of the file; of two files the one that is trained on first. */
async function* inOrder(split: SplitExamples): AsyncGenerator<Numbered> {
  const [training, validation] = [numbered(split, 'training'), numbered(split, 'validation')]
  let [next, other] = [await training.next(), await validation.next()]
  const rowOf = ({ value }: typeof next) => value?.example.row ?? Infinity
  while (next.value || other.value) {
    if (next.value && rowOf(next) <= rowOf(other)) {
      yield next.value
      next = await training.next()
    } else if (other.value) {
      yield other.value
      other = await validation.next()
    }
  }
}

async function* numbered(
  split: Readonly<Record<CutRow['part'], Examples>>,
  part: CutRow['part'],
): AsyncGenerator<Numbered, undefined> {
  for await (const batch of split[part].batches())
    for (const example of batch) yield { example, part }
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
