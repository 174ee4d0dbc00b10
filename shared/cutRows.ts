/** Which rows a base model would not read whole, and where each of them ends for it. */
import { z } from 'zod'
import { splitRequestSchema } from './workbench/splitPlan.ts'
import { tokensOf } from './trainingWay.ts'

/** Canvas cuts a question or an answer here; SageMaker's own calls, which Timbre uses, do not. */
export const mostCanvasCharacters = 512

export const cutRowSchema = z.object({
  /** From 1, in the state of the data that is trained on; of a validation file in that file. */
  row: z.number().int(),
  part: z.enum(['training', 'validation']),
  /** Of question and answer together; tokens are an estimate. */
  tokens: z.number().int(),
  characters: z.number().int(),
  /** Where reading ends; null: the row is left out altogether. */
  cut: z
    .object({
      in: z.enum(['question', 'answer']),
      /** Characters of it that are kept. */
      at: z.number().int(),
      /** The last words that are kept, and the first that are not. */
      kept: z.string(),
      lost: z.string(),
    })
    .nullable(),
  /** How the question begins. */
  beginning: z.string(),
})
export type CutRow = z.infer<typeof cutRowSchema>

/** tokens: by the model's limit; leftOut: over its most rows; canvas: what Canvas would cut. */
export const cutReasonSchema = z.enum(['tokens', 'leftOut', 'canvas'])
export type CutReason = z.infer<typeof cutReasonSchema>

export const cutRowsRequestSchema = z.object({
  versionId: z.string(),
  /** Of question and answer together; null: no limit. */
  mostTokens: z.number().int().positive().nullable(),
  /** As `sampleRows` of a training. */
  sampleRows: splitRequestSchema.shape.sampleRows,
  reason: cutReasonSchema,
  from: z.number().int().nonnegative(),
  count: z.number().int().positive().max(500),
})
export type CutRowsRequest = z.infer<typeof cutRowsRequestSchema>

export const cutRowsSchema = z.object({
  /** Rows that are trained on and checked with. */
  rowCount: z.number().int(),
  trainingRowCount: z.number().int(),
  /** Of all training rows as far as they are read; an estimate. */
  trainingTokens: z.number().int(),
  /** All of each reason. */
  counts: z.record(cutReasonSchema, z.number().int()),
  /** Those asked for, in the order of the rows. */
  rows: z.array(cutRowSchema),
})
export type CutRows = z.infer<typeof cutRowsSchema>

interface Pair {
  readonly prompt: string
  readonly completion: string
}

/** Where a model that reads so many tokens ends; null: it reads all. The tokens are estimated. */
export function tokenCut(
  { prompt, completion }: Pair,
  mostTokens: number,
): { in: 'question' | 'answer'; at: number } | null {
  const ofPrompt = placeOf(prompt, mostTokens)
  if (ofPrompt !== null) return { in: 'question', at: ofPrompt }
  const at = placeOf(completion, mostTokens - Math.ceil(tokensOf(prompt)))
  return at === null ? null : { in: 'answer', at }
}

/** The same for Canvas, whose limit counts for each of the two; the first that is over it. */
export function canvasCut({
  prompt,
  completion,
}: Pair): { in: 'question' | 'answer'; at: number } | null {
  if (prompt.length > mostCanvasCharacters) return { in: 'question', at: mostCanvasCharacters }
  if (completion.length > mostCanvasCharacters) return { in: 'answer', at: mostCanvasCharacters }
  return null
}

/** The character that no longer fits into so many tokens, never in the middle of one; null: all fit. */
function placeOf(text: string, mostTokens: number): number | null {
  let tokens = 0
  let at = 0
  for (const character of text) {
    tokens += tokensOf(character)
    if (tokens > mostTokens) return at
    at += character.length
  }
  return null
}
