/** What a job is trained on, as files in the way's own format. Made piece by piece: a dataset need not fit into one string. */

export interface DataFile {
  /** Below the folder of the version's data. */
  readonly name: string
  readonly type: string
  /** In order; the same each time. */
  readonly pieces: () => Iterable<string>
}

export interface DataFiles {
  readonly files: readonly DataFile[]
  /** What the job is pointed to: a file, or a folder with a slash at its end. */
  readonly training: string
  readonly validation: string
}

const recordsAPiece = 500

export function* jsonLines<T>(
  items: readonly T[],
  toRecord: (item: T) => unknown,
): Generator<string> {
  for (const some of batchesOf(items))
    yield some.map((item) => `${JSON.stringify(toRecord(item))}\n`).join('')
}

export function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += recordsAPiece)
    yield items.slice(from, from + recordsAPiece)
}
