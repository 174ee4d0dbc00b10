/** One example exactly as a base model is shown it. */
import { z } from 'zod'
import { columnRolesSchema } from './dataset.ts'
import { editedTemplateSchema } from './promptTemplate.ts'

export const readTokenSchema = z.object({ id: z.number().int(), text: z.string() })
export type ReadToken = z.infer<typeof readTokenSchema>

export const previewRequestSchema = z.object({
  baseModelId: z.string(),
  promptTemplate: editedTemplateSchema,
  datasetId: z.string(),
  columns: columnRolesSchema,
  /** Which of the usable rows, from 0; wraps around. */
  row: z.number().int().nonnegative(),
})
export type PreviewRequest = z.infer<typeof previewRequestSchema>

export const promptPreviewSchema = z.object({
  rowCount: z.number().int(),
  /** Read, not learned. */
  prompt: z.array(readTokenSchema),
  /** What it learns to say; an end-of-text token follows. */
  answer: z.array(readTokenSchema),
})
export type PromptPreview = z.infer<typeof promptPreviewSchema>
