/** What a profile is made of; checked where a thread takes it. */
import { z } from 'zod'
import { columnRolesSchema } from '../../../shared/dataset.ts'
import { rowEditSchema } from '../../../shared/workbench/edits.ts'

/** A state of rows: their content, and what was done to it. */
export const stateSchema = z.object({
  contentDirectory: z.string(),
  contentSha256: z.string(),
  edits: z.array(rowEditSchema),
})

export const profileTaskSchema = stateSchema.extend({
  kind: z.literal('profile'),
  datasetId: z.string(),
  columns: columnRolesSchema,
  tokenizer: z
    .object({
      baseModelId: z.string(),
      /** The text of tokenizer.json. */
      document: z.string(),
      /** Most tokens of a row; null where the model names no limit. */
      limit: z.number().int().nullable(),
      /** What the template puts around question and answer. */
      templateText: z.string(),
    })
    .nullable(),
})
export type ProfileTask = z.infer<typeof profileTaskSchema>
