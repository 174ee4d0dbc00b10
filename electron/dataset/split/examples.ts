/** Rows to train on or to check with, however many: read as they are needed. */
import type { ColumnRoles, TrainingExample } from '../../../shared/dataset.ts'
import { fillInput } from '../../../shared/inputTemplate.ts'
import { BitSet } from '../bitSet.ts'
import type { ContentStore } from '../content.ts'
import { roleIndices } from '../rowCheck.ts'
import { rowsPerMark } from '../rowIndex.ts'
import type { RowStore } from '../rowStore.ts'
import { readExamples, type Numbered } from './trainingExamples.ts'

export interface Examples {
  readonly count: number
  /** All, in order, some thousands at a time. @throws AppError DatasetNotFound when the content is gone */
  batches(): AsyncIterable<readonly TrainingExample[]>
  /** Those at these places, from 0, in the order that is asked for. @throws AppError DatasetNotFound */
  at(places: readonly number[]): Promise<TrainingExample[]>
}

/** Rows of a stored content. */
export interface StoredRows {
  readonly contentSha256: string
  readonly columns: ColumnRoles
  readonly rows: BitSet
}

export interface StoredExamples extends Examples, StoredRows {}

export function storedExamples(
  content: ContentStore,
  rowStore: RowStore,
  { contentSha256, columns, rows }: StoredRows,
): StoredExamples {
  const count = rows.size
  async function at(places: readonly number[]): Promise<TrainingExample[]> {
    const ascending = [...new Set(places)].sort((a, b) => a - b)
    const numbers = rows.at(ascending)
    const placeOf = new Map(numbers.map((row, index) => [row, ascending[index]]))
    const found = new Map<number | undefined, TrainingExample>()
    for await (const example of readNumbers(numbers)) found.set(placeOf.get(example.row), example)
    return places.flatMap((place) => found.get(place) ?? [])
  }

  async function* readNumbers(numbers: readonly number[]): AsyncGenerator<Numbered> {
    // Reading by number begins at a mark; where most marks are read anyway one pass is less work.
    if (numbers.length * rowsPerMark > count) {
      const wanted = BitSet.of(Uint32Array.from(numbers))
      for await (const batch of readExamples(content.read(contentSha256), columns, wanted))
        yield* batch
      return
    }
    for (const row of numbers) yield* readOne(rowStore, { contentSha256, columns }, row)
  }
  return {
    ...{ contentSha256, columns, rows, count, at },
    batches: () => readExamples(content.read(contentSha256), columns, rows),
  }
}

async function* readOne(
  rowStore: RowStore,
  { contentSha256, columns: roles }: Pick<StoredRows, 'contentSha256' | 'columns'>,
  row: number,
): AsyncGenerator<Numbered> {
  const { columns } = await rowStore.open(contentSha256)
  const { question, answer } = roleIndices(columns, roles)
  for await (const [found] of rowStore.stream(contentSha256, { from: row, to: row })) {
    if (!found) continue
    const { cells } = found
    const { inputTemplate } = roles
    const valueOf = (column: string) => {
      const index = columns.indexOf(column)
      return index < 0 ? undefined : (cells[index] ?? '')
    }
    const prompt =
      inputTemplate === undefined ? (cells[question] ?? '') : fillInput(inputTemplate, valueOf)
    yield { prompt, completion: cells[answer] ?? '', row }
  }
}

/** A few that are at hand. */
export function examplesOf(list: readonly TrainingExample[]): Examples {
  return {
    count: list.length,
    async *batches() {
      if (list.length > 0) yield list
    },
    at: async (places) => places.flatMap((place) => list[place] ?? []),
  }
}

/** The first ones, in order. */
export async function firstOf(examples: Examples, most: number): Promise<TrainingExample[]> {
  const first: TrainingExample[] = []
  for await (const batch of examples.batches()) {
    first.push(...batch.slice(0, most - first.length))
    if (first.length >= most) break
  }
  return first
}
