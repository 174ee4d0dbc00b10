/** Runs a task that reads or makes a whole table in a thread of its own. */
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { columnRolesSchema } from '../../../shared/dataset.ts'
import { runThread } from '../threads/runThread.ts'
import { threadUrl } from '../threads/threadUrl.ts'
import type { RunStageTask, StageResults } from './stageTask.ts'

/** A task that was asked to stop does so at its next chunk. */
const graceMs = 3000

const progressSchema = z.union([
  z.object({ read: z.number() }),
  z.object({
    table: z.object({
      delimiter: z.number(),
      columns: z.array(z.string()),
      suggestedRoles: columnRolesSchema,
      sample: z.array(z.array(z.string())),
    }),
  }),
])

export const stageInThread: RunStageTask = async (task, { signal, onRead, onTable } = {}) => {
  const onProgress = (received: unknown) => {
    const progress = progressSchema.parse(received)
    if ('read' in progress) onRead?.(progress.read)
    else onTable?.(progress.table)
  }
  try {
    const url = threadUrl(import.meta.url, 'stageWorker')
    const result = await runThread(url, task, { signal, onProgress, graceMs })
    return result as StageResults[typeof task.kind] // as stageWorker.ts gives
  } catch (error) {
    // A thread that was ended has not tidied up.
    if ('stagingPath' in task) await rm(task.stagingPath, { force: true })
    throw error
  }
}
