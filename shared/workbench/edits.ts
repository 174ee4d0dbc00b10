/**
 * What an analyst does to rows, as entries of a log that is only ever added to: undo and redo are entries too. The rows
 * themselves stay as they were stored; the log over them gives the rows as they are now.
 */
import { z } from 'zod'

/** Numbers of rows as stretches, both ends included: 1-3, 7-7. Added rows go on counting after the stored ones. */
export const rowRangesSchema = z
  .array(z.tuple([z.number().int().positive(), z.number().int().positive()]))
  .min(1)
export type RowRanges = z.infer<typeof rowRangesSchema>

/** As many characters as a cell of a file may have bytes. */
export const mostCellCharacters = 1_000_000
const cellSchema = z.string().max(mostCellCharacters)

export const replacementSchema = z.object({
  find: z.string().min(1).max(1000),
  replacement: z.string().max(10_000),
  /** All when null. */
  column: z.number().int().nonnegative().nullable(),
  matchCase: z.boolean(),
  wholeCell: z.boolean(),
})
export type Replacement = z.infer<typeof replacementSchema>

export const rowEditSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('set'),
    row: z.number().int().positive(),
    column: z.number().int().nonnegative(),
    value: cellSchema,
  }),
  z.object({ kind: z.literal('delete'), rows: rowRangesSchema }),
  z.object({ kind: z.literal('add'), rows: z.array(z.array(cellSchema)).min(1).max(10_000) }),
  /** Excluded rows stay in the dataset, and no training sees them. */
  z.object({ kind: z.literal('exclude'), rows: rowRangesSchema, excluded: z.boolean() }),
  z.object({ kind: z.literal('replace'), ...replacementSchema.shape }),
  /** A block of cells, and the rows that it goes on with after the last one. */
  z.object({
    kind: z.literal('paste'),
    cells: z.array(
      z.object({
        row: z.number().int().positive(),
        column: z.number().int().nonnegative(),
        value: cellSchema,
      }),
    ),
    rows: z.array(z.array(cellSchema)).max(10_000),
  }),
])
export type RowEdit = z.infer<typeof rowEditSchema>

export const editEntrySchema = z.union([
  rowEditSchema,
  z.object({ kind: z.literal('undo') }),
  z.object({ kind: z.literal('redo') }),
])
export type EditEntry = z.infer<typeof editEntrySchema>

/** The edits that stand, oldest first, and those that redo would bring back, the next one last. */
export interface EditHistory {
  readonly done: readonly RowEdit[]
  readonly undone: readonly RowEdit[]
}

export const noEdits: EditHistory = { done: [], undone: [] }

/** One more entry; an undo or redo without anything to take back changes nothing. */
export function withEntry({ done, undone }: EditHistory, entry: EditEntry): EditHistory {
  switch (entry.kind) {
    case 'undo': {
      const last = done.at(-1)
      return last ? { done: done.slice(0, -1), undone: [...undone, last] } : { done, undone }
    }
    case 'redo': {
      const next = undone.at(-1)
      return next ? { done: [...done, next], undone: undone.slice(0, -1) } : { done, undone }
    }
    default:
      return { done: [...done, entry], undone: [] }
  }
}

export function historyOf(entries: readonly EditEntry[]): EditHistory {
  const done: RowEdit[] = []
  const undone: RowEdit[] = []
  for (const entry of entries) {
    if (entry.kind === 'undo') {
      const last = done.pop()
      if (last) undone.push(last)
    } else if (entry.kind === 'redo') {
      const next = undone.pop()
      if (next) done.push(next)
    } else {
      done.push(entry)
      undone.length = 0
    }
  }
  return { done, undone }
}
