/** The thread's entry for the parts of a profile. */
import { answerTasks } from '../threads/answerTasks.ts'
import { runStripeTask, stripeTaskSchema } from './stripeTask.ts'

answerTasks((task, { tell }) => runStripeTask(stripeTaskSchema.parse(task), tell))
