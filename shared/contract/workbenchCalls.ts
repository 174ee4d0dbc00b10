/** What the workbench asks of main: rows as edited and shown, the profile, the split, and files of them. */
import { z } from 'zod'
import { columnRolesSchema, datasetSchema } from '../dataset.ts'
import { mostBlockRows } from '../workbench/cellBlock.ts'
import { mostCellCharacters } from '../workbench/edits.ts'
import { exportedDatasetSchema, exportRequestSchema } from '../workbench/exportFormat.ts'
import { datasetProfileSchema, profileRequestSchema } from '../workbench/profile.ts'
import { splitChoiceSchema } from '../workbench/splitChoice.ts'
import { splitAnswerSchema, splitRequestSchema } from '../workbench/splitPlan.ts'
import {
  editRequestSchema,
  findRequestSchema,
  findStepSchema,
  foundRowSchema,
  gridRowSchema,
  mostPageRows,
  replaceCountSchema,
  viewRequestSchema,
  workbenchStateSchema,
} from '../workbench/view.ts'

const byDataset = z.object({ datasetId: z.string() })
const count = z.number().int().nonnegative()
const place = z.number().int().nonnegative()

export const workbenchCalls = {
  /** Shows all rows again. */
  'workbench.open': { input: byDataset, output: workbenchStateSchema },
  /** Cancelled when a newer view of the same dataset is asked for. */
  'workbench.show': { input: viewRequestSchema, output: workbenchStateSchema },
  'workbench.page': {
    input: byDataset.extend({ offset: place, limit: z.number().int().min(1).max(mostPageRows) }),
    output: z.object({ revision: z.string(), rows: z.array(gridRowSchema) }),
  },
  /** The whole text of a cell. */
  'workbench.cell': {
    input: byDataset.extend({ row: z.number().int().positive(), column: count }),
    output: z.string(),
  },
  'workbench.edit': { input: editRequestSchema, output: workbenchStateSchema },
  /** Rows that stand at these places of the view, both included. */
  'workbench.editPlaces': {
    input: byDataset.extend({
      from: place,
      to: place,
      action: z.enum(['delete', 'exclude', 'include']),
    }),
    output: workbenchStateSchema,
  },
  /** Puts cells onto the clipboard, of the first 10,000 rows; says of how many. @see cellBlock.ts */
  'workbench.copy': {
    input: byDataset.extend({ from: place, to: place, column: count.nullable() }),
    output: z.object({ rows: count }),
  },
  /** A block of cells from a place on; rows beyond the last one are added. */
  'workbench.paste': {
    input: byDataset.extend({
      place,
      column: count,
      block: z.array(z.array(z.string().max(mostCellCharacters))).max(mostBlockRows),
    }),
    output: workbenchStateSchema,
  },
  'workbench.undo': { input: byDataset, output: workbenchStateSchema },
  'workbench.redo': { input: byDataset, output: workbenchStateSchema },
  /** How many of the rows shown hold the text. */
  'workbench.find': { input: findRequestSchema, output: z.object({ count }) },
  /** Null when nothing was found. */
  'workbench.findStep': { input: findStepSchema, output: foundRowSchema.nullable() },
  'workbench.countReplacements': {
    input: replaceCountSchema,
    output: z.object({ places: count, rows: count }),
  },
  /** -1 when the row isn't shown. */
  'workbench.placeOf': {
    input: byDataset.extend({ row: z.number().int().positive() }),
    output: z.number().int(),
  },
  /** Makes the edits a version of their own, which is scanned. */
  'workbench.save': { input: byDataset, output: datasetSchema },
  /** Null where none could be guessed. */
  'workbench.roles': { input: byDataset, output: columnRolesSchema.nullable() },
  'workbench.setRoles': { input: byDataset.extend({ roles: columnRolesSchema }), output: z.null() },
  'workbench.profile': { input: profileRequestSchema, output: datasetProfileSchema },
  'workbench.cancel': {
    input: byDataset.extend({ what: z.enum(['view', 'find', 'profile', 'split']) }),
    output: z.null(),
  },
  'workbench.split': { input: splitRequestSchema, output: splitAnswerSchema },
  /** How the dataset is to be divided; null until it was chosen. */
  'workbench.splitChoice': { input: byDataset, output: splitChoiceSchema.nullable() },
  'workbench.setSplitChoice': {
    input: byDataset.extend({ choice: splitChoiceSchema }),
    output: z.null(),
  },
  /** Chooses a way to divide in which no question stands on both sides; undone as a fix is. */
  'workbench.keepQuestionsApart': { input: byDataset, output: datasetSchema },
  /** Writes a file where the user says; null when the dialog was closed. */
  'workbench.export': {
    input: exportRequestSchema,
    output: exportedDatasetSchema.extend({ path: z.string() }).nullable(),
  },
} as const

export const workbenchEvents = {
  /** How much of a profile is done. */
  'workbench.progressed': z.object({
    datasetId: z.string(),
    what: z.enum(['profile', 'split']),
    fraction: z.number().min(0).max(1),
  }),
} as const
