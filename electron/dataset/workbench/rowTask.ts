/** Work over all rows of a dataset, done in a thread of its own so that the window never waits for it. */
import { z } from 'zod'
import { replacementSchema } from '../../../shared/workbench/edits.ts'
import { createReplacer } from '../../../shared/workbench/replaceText.ts'
import { filterSchema, findRequestSchema, sortSchema } from '../../../shared/workbench/view.ts'
import { splitRequestSchema } from '../../../shared/workbench/splitPlan.ts'
import { createContentStore } from '../content.ts'
import { profileRows } from '../profile/profileRows.ts'
import { profileTaskSchema, stateSchema } from '../profile/profileTask.ts'
import { selectionTaskSchemas, selectRows } from '../split/rowSelection.ts'
import { createRowStore } from '../rowStore.ts'
import { createRowTest } from './filterRows.ts'
import { findRows } from './findRows.ts'
import { previewSplit } from '../split/previewSplit.ts'
import { openOverlay, readEditedRows } from './rowReader.ts'
import { createRowSorter } from './sortRows.ts'

export const rowTaskSchema = z.discriminatedUnion('kind', [
  stateSchema.extend({
    kind: z.literal('view'),
    filters: z.array(filterSchema),
    sort: sortSchema.nullable(),
  }),
  stateSchema.extend({ kind: z.literal('find'), request: findRequestSchema }),
  stateSchema.extend({ kind: z.literal('countReplacements'), replacement: replacementSchema }),
  profileTaskSchema,
  /** What a split gives; the content is what is trained on, and so is that of a plan with a validation file. */
  z.object({
    kind: z.literal('split'),
    contentDirectory: z.string(),
    contentSha256: z.string(),
    request: splitRequestSchema,
  }),
  ...selectionTaskSchemas,
])
export type RowTask = z.infer<typeof rowTaskSchema>

/** Numbers of rows for a view, a search or a split; a count; a profile; what a split gives. */
export async function runRowTask(
  task: RowTask,
  onProgress: (fraction: number) => void,
): Promise<unknown> {
  const content = createContentStore(task.contentDirectory)
  const store = createRowStore(content)
  switch (task.kind) {
    case 'usable':
    case 'divide':
    case 'untrained':
      return selectRows(task, content)
  }
  const { contentSha256 } = task
  if (task.kind === 'split') {
    const { request } = task
    const { rowCount } = await store.open(contentSha256)
    return previewSplit({ read: content.read, contentSha256, request, rowCount, onProgress })
  }
  const overlay = await openOverlay(store, task)
  switch (task.kind) {
    case 'view': {
      const test = createRowTest(task.filters, overlay)
      const sorter = task.sort && createRowSorter(task.sort)
      const rows: number[] = []
      for await (const batch of readEditedRows(store, contentSha256, overlay)) {
        for (const row of batch) {
          if (!test(row)) continue
          if (sorter) sorter.add(row.row, row.cells)
          else rows.push(row.row)
        }
        onProgress((batch.at(-1)?.row ?? 0) / Math.max(overlay.lastRow, 1))
      }
      return sorter ? sorter.finish() : Uint32Array.from(rows)
    }
    case 'find':
      return findRows(content, store, contentSha256, overlay, task.request)
    case 'countReplacements': {
      const { column } = task.replacement
      const replacer = createReplacer(task.replacement)
      let places = 0
      let rows = 0
      for await (const batch of readEditedRows(store, contentSha256, overlay)) {
        for (const { cells } of batch) {
          const count =
            column === null
              ? cells.reduce((sum, cell) => sum + replacer.count(cell), 0)
              : replacer.count(cells[column] ?? '')
          places += count
          if (count > 0) rows += 1
        }
      }
      return { places, rows }
    }
    case 'profile':
      return profileRows(content, store, task, overlay, onProgress)
  }
}
