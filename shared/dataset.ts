/** Datasets, what the scan finds in them, and the fixes; shared by the window, the services and the command line. */
import { z } from 'zod'

export const findingCodeSchema = z.enum([
  'byte-order-mark',
  'utf-16-encoding',
  'invalid-utf8',
  'control-character',
  'trailing-newline',
  'blank-row',
  'ragged-row',
  'unbalanced-quote',
  'empty-question',
  'empty-answer',
  'duplicate-row',
])
export type FindingCode = z.infer<typeof findingCodeSchema>

export const severitySchema = z.enum(['error', 'warning', 'info'])
export type Severity = z.infer<typeof severitySchema>

/** One place where a finding was seen, with the change that its fix would make. */
export const findingExampleSchema = z.object({
  /** 1-based line in the file as stored. */
  line: z.number().int().positive(),
  /** 1-based data row (the header is not counted); null where the finding belongs to the file. */
  row: z.number().int().positive().nullable(),
  /** Column name, null where the finding belongs to the row or file. */
  column: z.string().nullable(),
  /** Shortened to 200 characters around the place, invisible characters written as ␀-style symbols or \u escapes. */
  before: z.string(),
  /** What the fix leaves; null when the row or line is removed. */
  after: z.string().nullable(),
})
export type FindingExample = z.infer<typeof findingExampleSchema>

export const findingSchema = z.object({
  code: findingCodeSchema,
  severity: severitySchema,
  count: z.number().int().positive(),
  fixable: z.boolean(),
  /** The first places, at most 50, in file order. */
  examples: z.array(findingExampleSchema),
})
export type Finding = z.infer<typeof findingSchema>

export const columnRolesSchema = z.object({
  question: z.string(),
  answer: z.string(),
  /** What the model is asked, with `{column}` for the question and columns of context; the question alone when left out. */
  inputTemplate: z.string().max(8000).optional(),
})
export type ColumnRoles = z.infer<typeof columnRolesSchema>

export const scanReportSchema = z.object({
  findings: z.array(findingSchema),
  lineCount: z.number().int(),
  rowCount: z.number().int(),
  /** Rows that training can use as the file stands: both cells filled, not ragged, not a repetition. */
  usableRowCount: z.number().int(),
  columns: z.array(z.string()),
  /** Guessed from the header's words in English and Chinese, else from content; null if there are fewer than two columns. */
  suggestedRoles: columnRolesSchema.nullable(),
  delimiter: z.string(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be']),
})
export type ScanReport = z.infer<typeof scanReportSchema>

/** What changed a dataset: the fix of a finding, or an edit by hand. */
export const stepCodeSchema = z.enum([...findingCodeSchema.options, 'edit'])
export type StepCode = z.infer<typeof stepCodeSchema>

/** A step that was made: what, at how many places, and the content before and after, so that it can be undone. */
export const appliedFixSchema = z.object({
  code: stepCodeSchema,
  count: z.number().int(),
  contentBefore: z.string(),
  contentAfter: z.string(),
  appliedAtMs: z.number(),
})
export type AppliedFix = z.infer<typeof appliedFixSchema>

export const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** File name it came from, without its folder. */
  sourceName: z.string(),
  sizeBytes: z.number().int(),
  /** SHA-256 (hex) of the content as it stands after the fixes. */
  contentSha256: z.string(),
  originalSha256: z.string(),
  createdAtMs: z.number(),
  updatedAtMs: z.number(),
  appliedFixes: z.array(appliedFixSchema),
  scan: scanReportSchema,
})
export type Dataset = z.infer<typeof datasetSchema>

export const datasetRowSchema = z.object({
  row: z.number().int().positive(),
  line: z.number().int().positive(),
  cells: z.array(z.string()),
})
export type DatasetRow = z.infer<typeof datasetRowSchema>

/** One question/answer pair as training sees it. */
export interface TrainingExample {
  readonly prompt: string
  readonly completion: string
  /** Of the column that a split keeps together; only where it was asked for. */
  readonly group?: string
}
