/** What a job is trained on, as files in the way's own format. Made piece by piece: a dataset need not fit into memory. */
import type { TrainingExample } from '../../../shared/dataset.ts'
import type { Examples } from '../../dataset/split/examples.ts'

export interface DataFile {
  /** Below the folder of the version's data. */
  readonly name: string
  readonly type: string
  /** In order; the same each time. */
  readonly pieces: () => AsyncIterable<string> | Iterable<string>
}

export interface DataFiles {
  readonly files: readonly DataFile[]
  /** What the job is pointed to: a file, or a folder with a slash at its end. */
  readonly training: string
  readonly validation: string
}

const recordsAPiece = 500

export async function* jsonLines(
  examples: Examples,
  toRecord: (example: TrainingExample) => unknown,
): AsyncGenerator<string> {
  for await (const some of piecesOf(examples))
    yield some.map((example) => `${JSON.stringify(toRecord(example))}\n`).join('')
}

/** Few enough at a time for one string. */
export async function* piecesOf(examples: Examples): AsyncGenerator<readonly TrainingExample[]> {
  for await (const batch of examples.batches())
    for (let from = 0; from < batch.length; from += recordsAPiece)
      yield batch.slice(from, from + recordsAPiece)
}
