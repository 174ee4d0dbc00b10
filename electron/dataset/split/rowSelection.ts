/** Which rows of a table are usable, are on which side, or were not trained on; for threads, as sets of their numbers. */
import { z } from 'zod'
import { columnRolesSchema } from '../../../shared/dataset.ts'
import { splitRequestSchema } from '../../../shared/workbench/splitPlan.ts'
import { BitSet } from '../bitSet.ts'
import type { ContentStore } from '../content.ts'
import { RowDivider } from './divideRows.ts'
import { EqualKeys } from './equalKeys.ts'
import { RowHasher } from '../kernel/kernel.ts'
import { halves, readExamples, readUsableRows } from './trainingExamples.ts'

const words = z.instanceof(Uint32Array)
const storedRowsSchema = z.object({
  contentSha256: z.string(),
  columns: columnRolesSchema,
  rows: words,
})
const inStore = z.object({ contentDirectory: z.string() })

export const selectionTaskSchemas = [
  inStore.extend({
    kind: z.literal('usable'),
    contentSha256: z.string(),
    columns: columnRolesSchema,
  }),
  /** The content is what is trained on, and so is that of a plan with a validation file. */
  inStore.extend({
    kind: z.literal('divide'),
    contentSha256: z.string(),
    request: splitRequestSchema,
  }),
  inStore.extend({
    kind: z.literal('untrained'),
    candidates: storedRowsSchema,
    trained: storedRowsSchema,
  }),
] as const
export type SelectionTask = z.infer<(typeof selectionTaskSchemas)[number]>

export const rowsResultSchema = z.object({ rows: words })
export const divisionResultSchema = z.object({
  training: words,
  validation: words,
  groupCount: z.number().nullable(),
})

/** @throws AppError as RowDivider does, DatasetNotFound */
export async function selectRows(
  task: SelectionTask,
  content: ContentStore,
): Promise<z.infer<typeof rowsResultSchema> | z.infer<typeof divisionResultSchema>> {
  switch (task.kind) {
    case 'usable':
      return {
        rows: BitSet.of(await readUsableRows(content.read(task.contentSha256), task.columns)).words,
      }
    case 'divide': {
      const { contentSha256, request } = task
      const divider = new RowDivider({ read: content.read, contentSha256, request })
      try {
        const { training, validation, groupCount } = await divider.divide()
        const setOf = (rows: Uint32Array) => BitSet.of(rows).words
        return { training: setOf(training), validation: setOf(validation), groupCount }
      } finally {
        divider.close()
      }
    }
    case 'untrained':
      return { rows: await untrained(task, content) }
  }
}

type StoredWords = z.infer<typeof storedRowsSchema>

/** Candidates without those whose question and answer are a trained row's. */
async function untrained(
  { candidates, trained }: { readonly candidates: StoredWords; readonly trained: StoredWords },
  content: ContentStore,
): Promise<Uint32Array<ArrayBuffer>> {
  const hasher = new RowHasher()
  const equal = new EqualKeys()
  try {
    let count = 0
    const add = async ({ contentSha256, columns, rows }: StoredWords) => {
      const batches = readExamples(content.read(contentSha256), columns, new BitSet(rows))
      for await (const batch of batches) {
        for (const { prompt, completion } of batch) {
          const pair = JSON.stringify([prompt, completion])
          const { low, high } = halves(hasher.cell(Buffer.from(pair)))
          equal.add(count, low, high)
          count += 1
        }
      }
      return count
    }
    const trainedCount = await add(trained)
    const firstOf = equal.finish(await add(candidates))
    const kept = new BitSet(candidates.rows.length * 32)
    let place = trainedCount
    for (const row of new BitSet(candidates.rows).values()) {
      const first = firstOf[place] ?? 0
      if (first >= trainedCount) kept.add(row)
      place += 1
    }
    return kept.words
  } finally {
    equal.close()
  }
}
