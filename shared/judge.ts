/** A language model in Bedrock that says which of two answers is better. Off unless it is asked for; rules: docs/evaluation.md. */
import { z } from 'zod'
import { wilsonInterval } from './wilsonInterval.ts'
import { estimateTokens } from './trainingWay.ts'

export interface JudgeModel {
  /** As Converse takes it, without the geography of an inference profile. */
  readonly id: string
  readonly name: string
  /** US dollars for a million tokens. */
  readonly inputPrice: number
  readonly outputPrice: number
}

/**
 * Rough list prices on demand in us-east-1, in US dollars, as third parties quoted them in the first quarter of 2026.
 * Nobody has held them against AWS's own list: the window says so, with this date.
 */
export const judgePricesAsOf = '2026-03'
export const judgeModels: readonly JudgeModel[] = [
  { id: 'amazon.nova-lite-v1:0', name: 'Nova Lite', inputPrice: 0.06, outputPrice: 0.24 },
  { id: 'amazon.nova-pro-v1:0', name: 'Nova Pro', inputPrice: 0.8, outputPrice: 3.2 },
  { id: 'amazon.nova-micro-v1:0', name: 'Nova Micro', inputPrice: 0.035, outputPrice: 0.14 },
  {
    id: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    name: 'Claude 3.5 Haiku',
    inputPrice: 0.8,
    outputPrice: 4,
  },
  {
    id: 'meta.llama3-3-70b-instruct-v1:0',
    name: 'Llama 3.3 70B Instruct',
    inputPrice: 0.72,
    outputPrice: 0.72,
  },
]

/** Its places are filled with the row; the last line is what is read. */
export const defaultJudgePrompt = `You compare two answers to a customer's question. The reference is how the company itself answered it.

Question:
{question}

Reference:
{reference}

Answer A:
{first}

Answer B:
{second}

Which answer would the company rather send? Look at whether it is right, whether it helps, and whether it sounds like the reference. Do not favour the longer answer or the one that stands first. Give the reason in one sentence, and end with a line that holds only [[A]], [[B]], or [[C]] when both are equally good.`

/** What a prompt can't do without. */
export const judgePlaces = ['{question}', '{first}', '{second}'] as const
export const mostJudgeTokens = 200

export const judgePlanSchema = z.object({
  /** The account that it is asked and paid in. */
  workspaceId: z.string(),
  /** A model's id, or an inference profile's id or ARN. */
  modelId: z
    .string()
    .trim()
    .regex(/^[a-zA-Z0-9][\w.:/-]{2,2047}$/),
  prompt: z
    .string()
    .max(8000)
    .refine((prompt) => judgePlaces.every((place) => prompt.includes(place))),
})
export type JudgePlan = z.infer<typeof judgePlanSchema>

/** Null: it ended without one of the three marks. */
const preferenceSchema = z.enum(['tuned', 'base', 'tie']).nullable()
export type Preference = z.infer<typeof preferenceSchema>

/** A row, judged twice: once with either answer first. */
export const judgementSchema = z.object({
  position: z.number().int().nonnegative(),
  tunedFirst: preferenceSchema,
  baseFirst: preferenceSchema,
  /** What it wrote, in the same order. */
  reasons: z.tuple([z.string(), z.string()]),
  /** Of both calls, as Bedrock counted them. */
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
})
export type Judgement = z.infer<typeof judgementSchema>

interface JudgedPair {
  readonly question: string
  readonly reference: string
  readonly first: string
  readonly second: string
}

/** In one pass, so that an answer that holds a place's name stays as it is. */
export function fillJudgePrompt(prompt: string, pair: JudgedPair): string {
  return prompt.replace(
    /\{(question|reference|first|second)\}/g,
    (_, place: keyof JudgedPair) => pair[place],
  )
}

/** The last mark counts: reasons may quote one before. */
export function readPreference(answer: string, tunedIsFirst: boolean): Preference {
  const mark = [...answer.matchAll(/\[\[([ABC])\]\]/g)].at(-1)?.[1]
  if (mark === undefined) return null
  if (mark === 'C') return 'tie'
  return (mark === 'A') === tunedIsFirst ? 'tuned' : 'base'
}

/** What it wrote, without the mark at its end. */
export function reasonOf(answer: string): string {
  return answer.replace(/\s*\[\[[ABC]\]\]\s*$/, '').trim()
}

/** Only what holds in both orders is a preference: a judge that changes its mind with the order has none. */
export function preferenceOf({ tunedFirst, baseFirst }: Judgement): Preference {
  if (tunedFirst === null || baseFirst === null) return null
  return tunedFirst === baseFirst ? tunedFirst : 'tie'
}

export interface JudgeSummary {
  readonly tuned: number
  readonly base: number
  readonly ties: number
  /** Rows of which it said nothing that could be read. */
  readonly unread: number
  /** Ties because the first answer, or the second, was preferred in both orders. */
  readonly orderDecided: number
  /** Of the rows that were no ties; null without any. */
  readonly winRate: number | null
  /** Wilson's 95 % interval of it. */
  readonly low: number
  readonly high: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export function summarizeJudgements(judgements: readonly Judgement[]): JudgeSummary {
  const preferences = judgements.map(preferenceOf)
  const count = (wanted: Preference) => preferences.filter((one) => one === wanted).length
  const tuned = count('tuned')
  const decided = tuned + count('base')
  const [low, high] = wilsonInterval(tuned, decided)
  const sum = (tokens: 'inputTokens' | 'outputTokens') =>
    judgements.reduce((total, one) => total + one[tokens], 0)
  return {
    tuned,
    base: count('base'),
    ties: count('tie'),
    unread: count(null),
    orderDecided: judgements.filter(
      ({ tunedFirst, baseFirst }) =>
        (tunedFirst === 'tuned' && baseFirst === 'base') ||
        (tunedFirst === 'base' && baseFirst === 'tuned'),
    ).length,
    winRate: decided === 0 ? null : tuned / decided,
    low,
    high,
    inputTokens: sum('inputTokens'),
    outputTokens: sum('outputTokens'),
  }
}

/** For the words of the result. */
export function judgeValues(summary: JudgeSummary): Record<string, number> {
  const percent = (share: number) => Math.round(100 * share)
  const { tuned, base, ties, unread, orderDecided, winRate, low, high } = summary
  return {
    won: tuned,
    decided: tuned + base,
    ties,
    unread,
    orderDecided,
    rate: percent(winRate ?? 0),
    low: percent(low),
    high: percent(high),
  }
}

/** Null where the table has no such model. An inference profile's id begins with its geography. */
export function findJudgeModel(modelId: string): JudgeModel | null {
  const bare = modelId.replace(/^(?:us|eu|apac|us-gov|global)\./, '')
  return judgeModels.find(({ id }) => id === bare) ?? null
}

/** US dollars; null where the price is not known. */
export function judgeCost(
  modelId: string,
  { inputTokens, outputTokens }: Pick<JudgeSummary, 'inputTokens' | 'outputTokens'>,
): number | null {
  const model = findJudgeModel(modelId)
  return model && (inputTokens * model.inputPrice + outputTokens * model.outputPrice) / 1_000_000
}

/** Before it is asked: two calls a row, with answers as long as the references. */
export function estimateJudgeTokens(
  prompt: string,
  rows: number,
  examples: readonly { readonly prompt: string; readonly completion: string }[],
): { readonly inputTokens: number; readonly outputTokens: number } {
  if (examples.length === 0) return { inputTokens: 0, outputTokens: 0 }
  const ofRow = (example: (typeof examples)[number]) =>
    estimateTokens(example.prompt) + 3 * estimateTokens(example.completion)
  const mean = examples.reduce((sum, example) => sum + ofRow(example), 0) / examples.length
  return {
    inputTokens: Math.ceil(2 * rows * (estimateTokens(prompt) + mean)),
    outputTokens: 2 * rows * mostJudgeTokens,
  }
}
