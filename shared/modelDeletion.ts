/** What moving a model to the bin takes away, and what it leaves: asked before it is done. */
import { z } from 'zod'

const count = z.number().int().nonnegative()

export const modelDeletionSchema = z.object({
  versions: count,
  candidates: count,
  /** Of its candidates, one each. */
  reports: count,
  /** What erasing it frees on this computer; null: the engine is off, without which nothing is deleted. */
  freesBytes: z.number().nullable(),
  /** Trainings that have not ended, and are stopped first. */
  trainings: z.object({ here: count, inAws: count }),
  /** Names of the datasets that it was trained on and that are there: they stay. */
  datasets: z.array(z.string()),
  /** Those in which it answered: they stay. */
  conversations: count,
  /** Names of those that applications ask: they go on answering. */
  endpoints: z.array(z.string()),
})
export type ModelDeletion = z.infer<typeof modelDeletionSchema>
