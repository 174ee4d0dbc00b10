/** Talking to a candidate beside its base model. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

export const generationSettingsSchema = z.object({
  maxNewTokens: z.number().int().min(1).max(1024).default(120),
  /** 0 picks the likeliest token every time. */
  temperature: z.number().min(0).max(2).default(0),
  topP: z.number().gt(0).max(1).default(0.9),
  seed: z.number().int().min(0).max(2147483647).default(1),
})
export type GenerationSettings = z.infer<typeof generationSettingsSchema>

export const answerSideSchema = z.enum(['tuned', 'base'])
export type AnswerSide = z.infer<typeof answerSideSchema>

/** What arrives while both models answer; `text` is the new piece. The last one of a side carries `done`. */
export const answerPieceSchema = z.object({
  requestId: z.string(),
  side: answerSideSchema,
  text: z.string(),
  done: z.boolean(),
  tokenCount: z.number().int(),
  firstTokenMs: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  finishReason: z.enum(['length', 'eos_token', 'stop_sequence', 'stopped']).nullable(),
  error: appErrorDataSchema.nullable(),
})
export type AnswerPiece = z.infer<typeof answerPieceSchema>

export const exchangeSchema = z.object({
  id: z.string(),
  candidateId: z.string(),
  prompt: z.string(),
  tunedAnswer: z.string(),
  baseAnswer: z.string(),
  settings: generationSettingsSchema,
  askedAtMs: z.number(),
})
export type Exchange = z.infer<typeof exchangeSchema>
