/** What the grid shows: which rows, in which order, and the pages of them. */
import { z } from 'zod'
import { replacementSchema, rowEditSchema } from './edits.ts'

const columnSchema = z.number().int().nonnegative()
const anyColumnSchema = columnSchema.nullable()

export const filterSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('contains'),
    column: anyColumnSchema,
    text: z.string().min(1).max(1000),
  }),
  z.object({
    kind: z.literal('lacks'),
    column: anyColumnSchema,
    text: z.string().min(1).max(1000),
  }),
  z.object({ kind: z.literal('empty'), column: anyColumnSchema }),
  /** Characters of a cell, both ends included. */
  z.object({
    kind: z.literal('length'),
    column: columnSchema,
    from: z.number().int().nonnegative(),
    to: z.number().int().nonnegative().nullable(),
  }),
  z.object({ kind: z.literal('language'), column: columnSchema, code: z.string().max(20) }),
  z.object({ kind: z.literal('excluded'), isExcluded: z.boolean() }),
  z.object({ kind: z.literal('edited') }),
  /** Rows that something points to: a finding, a group of duplicates, a topic's examples. */
  z.object({ kind: z.literal('rows'), rows: z.array(z.number().int().positive()).max(100_000) }),
])
export type RowFilter = z.infer<typeof filterSchema>

export const sortSchema = z.object({
  column: columnSchema,
  by: z.enum(['text', 'length']),
  descending: z.boolean(),
})
export type RowSort = z.infer<typeof sortSchema>

export const viewRequestSchema = z.object({
  datasetId: z.string(),
  /** A row is shown when all of them hold. */
  filters: z.array(filterSchema).max(20),
  sort: sortSchema.nullable(),
})
export type ViewRequest = z.infer<typeof viewRequestSchema>

/** How things stand after an edit, or when the grid opens. */
export const workbenchStateSchema = z.object({
  datasetId: z.string(),
  columns: z.array(z.string()),
  /** Changes whenever rows, their order or their number do. */
  revision: z.string(),
  /** Rows that the view shows. */
  shownCount: z.number().int(),
  rowCount: z.number().int(),
  excludedCount: z.number().int(),
  /** Edits that stand over the stored version; excluding rows is none, since it changes no row. */
  editCount: z.number().int(),
  canUndo: z.boolean(),
  canRedo: z.boolean(),
  /** Kinds of the edits that undo and redo would take, for people; null where there is none. */
  nextUndo: z.string().nullable(),
  nextRedo: z.string().nullable(),
})
export type WorkbenchState = z.infer<typeof workbenchStateSchema>

export const gridRowSchema = z.object({
  row: z.number().int().positive(),
  /** Long ones are cut, with an ellipsis; `workbench.cell` gives the whole text. */
  cells: z.array(z.string()),
  isExcluded: z.boolean(),
  isAdded: z.boolean(),
  /** Columns that were written by hand. */
  edited: z.array(z.number().int()),
})
export type GridRow = z.infer<typeof gridRowSchema>

export const mostPageRows = 500

export const findRequestSchema = z.object({
  datasetId: z.string(),
  text: z.string().min(1).max(1000),
  column: anyColumnSchema,
  matchCase: z.boolean(),
})
export type FindRequest = z.infer<typeof findRequestSchema>

export const findStepSchema = z.object({
  datasetId: z.string(),
  /** From this place of the view, itself included. */
  from: z.number().int().nonnegative(),
  forward: z.boolean(),
})

export const foundRowSchema = z.object({
  /** Of the rows found, which one this is, from 1. */
  ordinal: z.number().int(),
  /** Where it stands in the view, from 0. */
  place: z.number().int(),
  row: z.number().int(),
})

export const editRequestSchema = z.object({ datasetId: z.string(), edit: rowEditSchema })
export const replaceCountSchema = z.object({
  datasetId: z.string(),
  replacement: replacementSchema,
})
