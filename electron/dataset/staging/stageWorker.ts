/** The thread's entry for tasks that read or make a whole table. */
import { answerTasks } from '../threads/answerTasks.ts'
import { TextSlots } from '../textSlots.ts'
import { createFileInThread } from '../threads/createFileInThread.ts'
import { runStageTask, stageTaskSchema, type StageResults, type StageTask } from './stageTask.ts'

const progressEveryMs = 50
let toldAt = 0

answerTasks((task, { signal, tell }) => {
  const slots = new TextSlots()
  return runStageTask<StageTask['kind']>(
    stageTaskSchema.parse(task),
    {
      signal,
      onRead: (read) => {
        const now = Date.now()
        if (now - toldAt < progressEveryMs) return
        toldAt = now
        tell({ read })
      },
      onTable: ({ delimiter, columns, suggestedRoles, sample }) =>
        tell({ table: { delimiter, columns, suggestedRoles, sample } }),
    },
    { createFile: (path) => createFileInThread(path, { slots }), slots },
  )
}, marksOf)

/** The index of rows is the one part that grows with the table. */
function marksOf(result: StageResults[StageTask['kind']]): ArrayBuffer[] {
  if (!('scan' in result)) return []
  const { offsets, lines } = result.scan.index
  return [offsets.buffer as ArrayBuffer, lines.buffer as ArrayBuffer] // made here, so no shared memory
}
