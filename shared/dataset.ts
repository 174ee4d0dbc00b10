/** Datasets, what the scan finds in them, and the fixes; shared by the window, the services and the command line. */
import { z } from 'zod'
import { splitChoiceSchema } from './workbench/splitChoice.ts'

/** In the order in which they are shown: the file's own, then characters, then rows, then what is good to know. */
export const findingCodeSchema = z.enum([
  'utf-16-encoding',
  'legacy-encoding',
  'byte-order-mark',
  'invalid-utf8',
  'control-character',
  'unreadable-row',
  'unbalanced-quote',
  'ragged-row',
  'secret',
  'empty-question',
  'empty-answer',
  'duplicate-row',
  'repeated-pair',
  'conflicting-answer',
  'answer-repeats-question',
  'split-leakage',
  'mojibake',
  'lost-character',
  'markup',
  'email-address',
  'phone-number',
  'payment-card',
  'national-id',
  'blank-row',
  'trailing-newline',
  'odd-space',
  'edge-space',
  'extra-newline',
  'formula-cell',
  'long-row',
  'short-row',
  'mixed-languages',
  'label-like-answers',
  'too-few-rows',
  'more-rows-than-model',
])
export type FindingCode = z.infer<typeof findingCodeSchema>

/** Repairs of what is private or secret. */
export const redactions: readonly FindingCode[] = [
  'secret',
  'email-address',
  'phone-number',
  'payment-card',
  'national-id',
]

/** Whether its repair waits for a click of its own: only the analyst knows what may go. */
export function isDeliberate(code: FindingCode): boolean {
  return code === 'repeated-pair' || redactions.includes(code)
}

/** The repairs that nobody regrets. */
export function safeRepairs(findings: readonly Finding[]): FindingCode[] {
  return findings
    .filter(({ code, fixable }) => fixable && !isDeliberate(code))
    .map(({ code }) => code)
}

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
  /** What is good to know and asks for nothing. */
  advice: z.array(findingSchema).default([]),
  lineCount: z.number().int(),
  rowCount: z.number().int(),
  /** Rows that training can use as the file stands: both cells filled, not ragged, not a repetition. */
  usableRowCount: z.number().int(),
  columns: z.array(z.string()),
  /** Guessed from the header's words in English and Chinese, else from content; null if there are fewer than two columns. */
  suggestedRoles: columnRolesSchema.nullable(),
  delimiter: z.string(),
  /** Of the bytes that were scanned. */
  encoding: z.string(),
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
  /** Of a step that changed how rows are divided, and no content: how they were divided before. */
  splitBefore: splitChoiceSchema.optional(),
})
export type AppliedFix = z.infer<typeof appliedFixSchema>

/** Labels of the WHATWG Encoding Standard that can be chosen by hand; the first ones are met most often. */
export const encodingLabels = [
  ...['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'shift_jis', 'windows-1252'],
  ...['euc-jp', 'euc-kr', 'windows-1250', 'windows-1251', 'koi8-r', 'iso-8859-2'],
]

/** What the reader of a file may be told; what is left out is found out. */
export const importChoiceSchema = z.object({
  encoding: z.enum(encodingLabels).optional(),
  delimiter: z.string().length(1).optional(),
  sheet: z.string().max(200).optional(),
  /** File inside a zip. */
  entry: z.string().max(1000).optional(),
})
export type ImportChoice = z.infer<typeof importChoiceSchema>

/** How a file became the first content: with it the same file gives the same content again. */
export const lineageSchema = z.object({
  format: z.enum(['csv', 'json', 'xlsx', 'parquet']),
  encoding: z.string(),
  /** Null where it was found out. */
  delimiter: z.string().nullable(),
  packing: z.enum(['gzip', 'zip']).nullable(),
  entry: z.string().nullable(),
  /** What else could have been chosen. */
  entries: z.array(z.string()),
  sheet: z.string().nullable(),
  sheets: z.array(z.string()),
  /** Entries that could not be read and were left out. */
  unreadable: z.number().int(),
})
export type Lineage = z.infer<typeof lineageSchema>

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
  /** Null for datasets from before it was kept. */
  lineage: lineageSchema.nullable().default(null),
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
  /** Its place in the file, from 1, the heading not counted; only of rows that were read from one. */
  readonly row?: number
}
