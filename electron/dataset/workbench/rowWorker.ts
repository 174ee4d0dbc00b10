/** The thread's entry for work over rows. */
import { answerTasks } from '../threads/answerTasks.ts'
import { rowTaskSchema, runRowTask } from './rowTask.ts'

/** Telling every row would be slower than the work. */
const progressEveryMs = 100
let toldAt = 0

answerTasks(
  (task, { tell }) =>
    runRowTask(rowTaskSchema.parse(task), (fraction) => {
      const now = Date.now()
      if (now - toldAt < progressEveryMs) return
      toldAt = now
      tell(fraction)
    }),
  // Made here, so no shared memory.
  (result) => (result instanceof Uint32Array ? [result.buffer as ArrayBuffer] : []),
)
