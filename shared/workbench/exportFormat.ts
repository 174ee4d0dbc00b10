/** The files that a dataset can be written as. */
import { z } from 'zod'
import { columnRolesSchema } from '../dataset.ts'

export const dataFormatSchema = z.enum([
  /** `input` and `output`, as Amazon's Autopilot reads them. */
  'csv',
  /** All columns under their own names. */
  'csv-columns',
  /** One object with `prompt` and `completion` a line. */
  'jsonl',
  /** OpenAI's fine-tuning file: one conversation a line. */
  'jsonl-chat',
  'parquet',
])
export type DataFormat = z.infer<typeof dataFormatSchema>

export const fileEndings: Readonly<Record<DataFormat, string>> = {
  csv: 'csv',
  'csv-columns': 'csv',
  jsonl: 'jsonl',
  'jsonl-chat': 'jsonl',
  parquet: 'parquet',
}

export const exportRequestSchema = z.object({
  datasetId: z.string(),
  format: dataFormatSchema,
  columns: columnRolesSchema,
  /** The system's turn of each conversation; only in a chat file. */
  systemPrompt: z.string().max(4000).optional(),
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

export const exportedDatasetSchema = z.object({
  rowCount: z.number().int(),
  /** Rows without a question or an answer, which a file of pairs leaves out. */
  leftOut: z.number().int(),
})
export type ExportedDataset = z.infer<typeof exportedDatasetSchema>
