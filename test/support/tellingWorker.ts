/** A thread for tests that tells its task's number of progresses, and then that it is done. */
import { answerTasks } from '../../electron/dataset/threads/answerTasks.ts'

answerTasks(async (task, { tell }) => {
  for (let told = 1; told <= Number(task); told += 1) tell(told)
  return 'done'
})
