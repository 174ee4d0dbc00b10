/** Talking to models side by side: who is asked, with which settings, and what they answered. */
import { z } from 'zod'
import { appErrorDataSchema } from './errors.ts'

/** Containers take at most so many stop words. */
export const mostStopWords = 4
export const mostColumns = 4

export const generationSettingsSchema = z.object({
  maxNewTokens: z.number().int().min(1).max(1024).default(120),
  /** 0 picks the likeliest token every time. */
  temperature: z.number().min(0).max(2).default(0),
  topP: z.number().gt(0).max(1).default(0.9),
  seed: z.number().int().min(0).max(2147483647).default(1),
  /** The answer ends where one of these would begin. */
  stop: z.array(z.string().min(1).max(100)).max(mostStopWords).optional(),
  /** Put before the question. */
  system: z.string().max(8000).optional(),
})
export type GenerationSettings = z.infer<typeof generationSettingsSchema>

export const answerSideSchema = z.enum(['tuned', 'base'])
export type AnswerSide = z.infer<typeof answerSideSchema>

/** A candidate, or the base model of it where it was trained. */
export const askedSideSchema = z.object({ candidateId: z.string(), side: answerSideSchema })
export type AskedSide = z.infer<typeof askedSideSchema>

/** Whom one column talks to. */
export const speakerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('candidate'), candidateId: z.string() }),
  /** Of this computer's library. */
  z.object({ kind: z.literal('base'), baseModelId: z.string() }),
  /** That of a candidate, in the account where it was trained. */
  z.object({ kind: z.literal('baseOf'), candidateId: z.string() }),
  z.object({ kind: z.literal('endpoint'), endpointName: z.string() }),
])
export type Speaker = z.infer<typeof speakerSchema>

export function speakerKey(speaker: Speaker): string {
  switch (speaker.kind) {
    case 'candidate':
      return `candidate:${speaker.candidateId}`
    case 'base':
      return `base:${speaker.baseModelId}`
    case 'baseOf':
      return `baseOf:${speaker.candidateId}`
    case 'endpoint':
      return `endpoint:${speaker.endpointName}`
  }
}

/** Null: it is not a candidate's, or runs already where it is. */
export function askedSideOf(speaker: Speaker): AskedSide | null {
  switch (speaker.kind) {
    case 'candidate':
      return { candidateId: speaker.candidateId, side: 'tuned' }
    case 'baseOf':
      return { candidateId: speaker.candidateId, side: 'base' }
    default:
      return null
  }
}

export const namedSpeakerSchema = z.object({
  speaker: speakerSchema,
  title: z.string(),
  /** Of a candidate: the base model that it was made of. */
  baseModelId: z.string().nullable(),
})
export type NamedSpeaker = z.infer<typeof namedSpeakerSchema>

export const finishReasonSchema = z.enum(['length', 'eos_token', 'stop_sequence', 'stopped'])
export type FinishReason = z.infer<typeof finishReasonSchema>

/** While an endpoint starts; what AWS itself does not tell apart is one phase. */
export const startPhaseSchema = z.enum([
  /** The schedule that ends it, and what it is made of. */
  'preparing',
  /** AWS gets the machine and pulls the container's image. */
  'provisioning',
  /** The container has begun to write its log: it loads the weights. */
  'loading',
  /** A deployed one had no machine; the question has AWS start one. */
  'waking',
])
export type StartPhase = z.infer<typeof startPhaseSchema>

/** What arrives while models answer; `text` is the new piece. The last one of a column carries `done`. */
export const answerPieceSchema = z.object({
  requestId: z.string(),
  /** Of the column, from 0. */
  position: z.number().int(),
  text: z.string(),
  done: z.boolean(),
  tokenCount: z.number().int(),
  firstTokenMs: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  finishReason: finishReasonSchema.nullable(),
  error: appErrorDataSchema.nullable(),
  /** Null once it answers. */
  phase: startPhaseSchema.nullable(),
  endpointName: z.string().nullable(),
})
export type AnswerPiece = z.infer<typeof answerPieceSchema>

export const ratingSchema = z.enum(['good', 'bad'])
export type Rating = z.infer<typeof ratingSchema>

export const answerSchema = z.object({
  id: z.string(),
  turnId: z.string(),
  position: z.number().int(),
  speaker: speakerSchema,
  /** Who it was, in words that stay when the model is deleted. */
  title: z.string(),
  text: z.string(),
  tokenCount: z.number().int(),
  firstTokenMs: z.number().nullable(),
  tokensPerSecond: z.number().nullable(),
  finishReason: finishReasonSchema.nullable(),
  rating: ratingSchema.nullable(),
  answeredAtMs: z.number(),
})
export type Answer = z.infer<typeof answerSchema>

/** A question and its answers; a turn with the same parent is another way to have gone on. */
export const turnSchema = z.object({
  id: z.string(),
  conversationId: z.string(),
  parentId: z.string().nullable(),
  prompt: z.string(),
  settings: generationSettingsSchema,
  askedAtMs: z.number(),
  /** By column; of one column the newest last. */
  answers: z.array(answerSchema),
})
export type Turn = z.infer<typeof turnSchema>

export const conversationSummarySchema = z.object({
  id: z.string(),
  /** Its first question. */
  title: z.string(),
  turnCount: z.number().int(),
  askedAtMs: z.number(),
})
export type ConversationSummary = z.infer<typeof conversationSummarySchema>

const requestId = z.string().min(1).max(64)
export const questionSchema = z.object({
  requestId,
  conversationId: z.string().min(1).max(64),
  /** What it goes on from; null begins a conversation, or a second beginning of one. */
  parentId: z.string().nullable(),
  prompt: z.string().trim().min(1).max(20_000),
  settings: generationSettingsSchema,
  speakers: z.array(speakerSchema).min(1).max(mostColumns),
  /** The questions and answers before this one are put before it. */
  remembers: z.boolean(),
})
export type Question = z.infer<typeof questionSchema>

export const regenerationSchema = z.object({
  requestId,
  turnId: z.string(),
  position: z
    .number()
    .int()
    .min(0)
    .max(mostColumns - 1),
  settings: generationSettingsSchema,
})
export type Regeneration = z.infer<typeof regenerationSchema>

/** The way from the first question to `turnId`. */
export function pathTo(turns: readonly Turn[], turnId: string): Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const path: Turn[] = []
  for (let turn = byId.get(turnId); turn; turn = byId.get(turn.parentId ?? '')) path.unshift(turn)
  return path
}

/** Of each column the answer that counts: the newest. */
export function newestAnswers(turn: Turn): Answer[] {
  return [...new Map(turn.answers.map((answer) => [answer.position, answer])).values()]
}
