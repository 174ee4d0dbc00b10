/** Calls and events about how data comes in. */
import { z } from 'zod'
import { datasetSchema, importChoiceSchema } from '../dataset.ts'
import { importFileSchema, importProgressSchema, s3ListingSchema } from '../imports.ts'
import { call } from './call.ts'

const importId = z.string().min(1).max(64)

export const intakeCalls = {
  /** Opens the system's file dialog; each chosen file is imported, the last one's dataset comes back. Null without a choice. */
  'dataset.choose': call(z.null(), datasetSchema.nullable()),
  /**
   * A file dropped on the window; the preload names its path. `import.progressed` tells how far it is. A file that was
   * imported before gives the dataset that is there.
   */
  'dataset.import': call(
    z.object({
      path: z.string().min(1),
      importId: importId.optional(),
      choice: importChoiceSchema.optional(),
    }),
    datasetSchema,
  ),
  'dataset.importSample': call(z.object({ language: z.enum(['en', 'zh']) }), datasetSchema),
  /** Cells copied in a spreadsheet, or any delimited text or JSON. */
  'dataset.paste': call(
    z.object({ text: z.string().min(1).max(64_000_000), name: z.string().min(1).max(120) }),
    datasetSchema,
  ),
  /** Reads the file again in another way; refused with FileNotFound when it is not known any more where it lies. */
  'dataset.readAgain': call(
    z.object({ id: z.string(), choice: importChoiceSchema }),
    datasetSchema,
  ),
  /** Nothing of it stays behind. */
  'import.cancel': call(z.object({ importId }), z.null()),
  'import.describe': call(z.object({ path: z.string().min(1) }), importFileSchema),
  /** Buckets; or what lies below a prefix of one. */
  's3.list': call(
    z.object({ bucket: z.string().max(255).nullable(), prefix: z.string().max(1024) }),
    s3ListingSchema,
  ),
  's3.import': call(
    z.object({ bucket: z.string().max(255), key: z.string().min(1).max(1024), importId }),
    datasetSchema,
  ),
} as const

export const intakeEvents = { 'import.progressed': importProgressSchema } as const
