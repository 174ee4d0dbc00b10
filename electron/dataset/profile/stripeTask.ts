/** The parts of a profile that threads make: stripes of rows, and topics. */
import { z } from 'zod'
import { createContentStore } from '../content.ts'
import { roleIndices } from '../rowCheck.ts'
import { createRowStore } from '../rowStore.ts'
import { openOverlay } from '../workbench/rowReader.ts'
import { profileTaskSchema } from './profileTask.ts'
import { StripeReader } from './stripeReader.ts'
import { stripesOf } from './stripes.ts'
import { tokenTablesSchema } from './tokenTables.ts'
import { findTopicsOfRows, type FoundTopics } from './topicRows.ts'

export const stripeTaskSchema = z.discriminatedUnion('kind', [
  profileTaskSchema.omit({ tokenizer: true }).extend({
    kind: z.literal('stripes'),
    tables: tokenTablesSchema.nullable(),
    seed: z.bigint(),
    sampleEvery: z.number().int(),
    /** Two words: stripes that a thread took, and stripes whose rows were taken over. */
    progress: z.instanceof(SharedArrayBuffer),
  }),
  z.object({
    kind: z.literal('topics'),
    sample: z.array(z.object({ row: z.number(), question: z.string() })),
  }),
])
export type StripeTask = z.infer<typeof stripeTaskSchema>

/** Stripes that wait for those before them, about 1.5 MB each. */
const mostAhead = 8

/** Tells each stripe's number and rows. */
export async function runStripeTask(
  task: StripeTask,
  tell: (found: unknown, transfer: ArrayBuffer[]) => void,
): Promise<FoundTopics | null> {
  if (task.kind === 'topics') return findTopicsOfRows(task.sample)
  const { contentSha256, tables, seed, sampleEvery } = task
  const content = createContentStore(task.contentDirectory)
  const store = createRowStore(content)
  const index = await store.open(contentSha256)
  const reader = new StripeReader({
    ...{ content, contentSha256, index, tables, seed, sampleEvery },
    roles: roleIndices(index.columns, task.columns),
    overlay: await openOverlay(store, task),
  })
  const stripes = stripesOf(index)
  const progress = new Int32Array(task.progress)
  try {
    for (;;) {
      const next = Atomics.add(progress, 0, 1)
      const stripe = stripes[next]
      if (!stripe) return null
      for (;;) {
        const done = Atomics.load(progress, 1)
        if (next - done < mostAhead) break
        Atomics.wait(progress, 1, done)
      }
      const rows = reader.read(stripe)
      tell({ index: next, rows }, [rows.words.buffer])
    }
  } finally {
    reader.close()
  }
}
