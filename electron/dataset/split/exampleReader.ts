/** Rows as training sees them, by plan. Which ones they are is found in a thread of its own; their texts stay in the store. */
import { createHash } from 'node:crypto'
import type { ColumnRoles } from '../../../shared/dataset.ts'
import type { SplitRequest } from '../../../shared/workbench/splitPlan.ts'
import { BitSet } from '../bitSet.ts'
import { createContentStore } from '../content.ts'
import { storedExamples, type StoredExamples, type StoredRows } from './examples.ts'
import type { RowStore } from '../rowStore.ts'
import { divisionResultSchema, rowsResultSchema } from './rowSelection.ts'
import { runInWorker, type RunRowTask } from '../workbench/runInWorker.ts'

export interface SplitExamples {
  readonly training: StoredExamples
  readonly validation: StoredExamples
  /** Groups, topics or sets of similar questions; null where there are none. */
  readonly groupCount: number | null
}

/**
 * The same rows, plan and seed always give the same sides.
 *
 * @param contentSha256 the state of the dataset that is divided
 * @throws AppError ColumnNotFound, DatasetNotFound, SplitImpossible, NothingToValidate, DiskFull
 */
export type ReadSplit = (request: SplitRequest, contentSha256: string) => Promise<SplitExamples>

export interface ExampleReader {
  readonly split: ReadSplit
  /** The rows that training can use, in file order. @throws AppError ColumnNotFound, DatasetNotFound */
  usable(contentSha256: string, columns: ColumnRoles): Promise<StoredExamples>
  /** Candidates without those whose question and answer are a trained row's. @throws AppError DatasetNotFound */
  untrained(candidates: StoredExamples, trained: StoredExamples): Promise<StoredExamples>
}

export interface ExampleReaderOptions {
  readonly contentDirectory: string
  readonly rowStore: RowStore
  /** The state that a dataset is in; for a plan that names no state of its validation file. */
  readonly contentOf: (datasetId: string) => string
  readonly runTask?: RunRowTask
}

/** A bit for each row: 2.5 MB for ten million that are divided. */
const mostKept = 8

export function createExampleReader(options: ExampleReaderOptions): ExampleReader {
  const { contentDirectory, rowStore, contentOf, runTask = runInWorker } = options
  const content = createContentStore(contentDirectory)
  /** Content never changes, and neither does what was found in it. */
  const kept = new Map<string, Promise<unknown>>()

  function once<T>(asked: unknown, find: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(asked)
    const finding = (kept.get(key) as Promise<T> | undefined) ?? find() // a key has one kind of result
    kept.delete(key)
    kept.set(key, finding)
    finding.catch(() => kept.delete(key))
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
    return finding
  }

  const stored = (rows: StoredRows) => storedExamples(content, rowStore, rows)

  return {
    async split({ datasetId, columns, ...rest }, contentSha256) {
      const { validationFraction, splitSeed, sampleRows, split: plan } = rest
      const file =
        plan?.kind === 'file' ? (plan.contentSha256 ?? contentOf(plan.datasetId)) : contentSha256
      const request = {
        ...{ datasetId, columns, validationFraction, splitSeed, sampleRows },
        split: plan?.kind === 'file' ? { ...plan, contentSha256: file } : plan,
      }
      const { training, validation, groupCount } = await once(
        ['divide', contentSha256, request],
        async () =>
          divisionResultSchema.parse(
            await runTask({ kind: 'divide', contentDirectory, contentSha256, request }),
          ),
      )
      return {
        training: stored({ contentSha256, columns, rows: new BitSet(training) }),
        validation: stored({ contentSha256: file, columns, rows: new BitSet(validation) }),
        groupCount,
      }
    },
    async usable(contentSha256, columns) {
      const { rows } = await once(['usable', contentSha256, columns], async () =>
        rowsResultSchema.parse(
          await runTask({ kind: 'usable', contentDirectory, contentSha256, columns }),
        ),
      )
      return stored({ contentSha256, columns, rows: new BitSet(rows) })
    },
    async untrained(candidates, trained) {
      const { contentSha256, columns } = candidates
      const wordsOf = (examples: StoredRows) => ({
        contentSha256: examples.contentSha256,
        columns: examples.columns,
        rows: examples.rows.words,
      })
      const keyOf = ({ rows: words, ...rest }: ReturnType<typeof wordsOf>) => [
        rest,
        createHash('sha256').update(words).digest('hex'),
      ]
      const [wanted, known] = [wordsOf(candidates), wordsOf(trained)]
      const { rows } = await once(['untrained', keyOf(wanted), keyOf(known)], async () =>
        rowsResultSchema.parse(
          await runTask({
            kind: 'untrained',
            contentDirectory,
            candidates: wanted,
            trained: known,
          }),
        ),
      )
      return stored({ contentSha256, columns, rows: new BitSet(rows) })
    },
  }
}
