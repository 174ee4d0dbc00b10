/**
 * How a base model is trained: JumpStart's training job (this computer's way too), Autopilot, serverless customization, or
 * Bedrock. The rest of the app does not ask; a base model's id says it to those who have to know.
 */
import { z } from 'zod'

export const trainingWaySchema = z.enum(['jumpStart', 'autopilot', 'serverless', 'bedrock'])
export type TrainingWay = z.infer<typeof trainingWaySchema>

export interface BaseModelReference {
  readonly way: TrainingWay
  /** As AWS names it: hub content, Autopilot's BaseModelName, Bedrock's model id. */
  readonly name: string
}

/** JumpStart's and this computer's models go by their bare name, as they always have. */
export function baseModelIdOf({ way, name }: BaseModelReference): string {
  return way === 'jumpStart' ? name : `${way}:${name}`
}

/** Names may hold colons themselves, so only a known way before the first one counts. */
export function readBaseModelId(id: string): BaseModelReference {
  const colon = id.indexOf(':')
  const way = trainingWaySchema.safeParse(id.slice(0, Math.max(colon, 0)))
  return way.success && way.data !== 'jumpStart'
    ? { way: way.data, name: id.slice(colon + 1) }
    : { way: 'jumpStart', name: id }
}

/** What a base model asks for and costs in an account at AWS; null on this computer. */
export const cloudFactsSchema = z.object({
  task: z.string(),
  /** Where its licence's text stands, when it has to be accepted first. */
  eula: z.object({ uri: z.string() }).nullable(),
  /** Of training and validation together. */
  rows: z.object({ min: z.number().int(), max: z.number().int().nullable() }),
  /** A question with its answer; what is longer is cut. */
  tokens: z.number().int().nullable(),
  /** The default first; empty: AWS chooses. */
  instanceTypes: z.array(z.string()),
  /** Spare machines, cheaper, that may be taken away for a while. */
  canUseSpot: z.boolean(),
  billing: z.enum(['instanceHours', 'tokens']),
  /** Of the machine's disk; null: not known. */
  volumeGb: z.number().nullable().default(null),
  /** For an endpoint, as its document suggests; null: not known. */
  hostingInstanceType: z.string().nullable().default(null),
  /** How it can be asked afterwards. throughput: by the hour, until it is deleted. */
  serving: z.enum(['endpoint', 'onDemand', 'throughput']),
})
export type CloudFacts = z.infer<typeof cloudFactsSchema>

/** What the analyst chose for one base model in an account at AWS. */
export const cloudChoiceSchema = z.object({
  /** Left out: the base model's default. */
  instanceType: z
    .string()
    .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/)
    .optional(),
  spot: z.boolean().default(false),
})
export type CloudChoice = z.infer<typeof cloudChoiceSchema>

/** A rough count, for limits that are told in tokens: four letters each, or one character of a script like Chinese. */
export function tokensOf(text: string): number {
  let wide = 0
  let seconds = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0x2e80) continue
    // The second half of a pair belongs to a character that is counted already.
    const isSecond = (unit & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800
    if (isSecond) seconds += 1
    else wide += 1
  }
  return wide + (text.length - wide - seconds) * 0.25
}

/** The same of a text of so many letters, none of them beyond ASCII, as a whole number. */
export function asciiTokens(letters: number): number {
  return Math.ceil(letters * 0.25)
}

/** Of any text as a whole number. */
export function estimateTokens(text: string): number {
  return Math.ceil(tokensOf(text))
}

/** Of all rows as far as they are read, question and answer; an estimate. @param mostTokens of a row; null: no limit */
export function tokensOfExamples(
  examples: readonly { readonly prompt: string; readonly completion: string }[],
  mostTokens: number | null = null,
): number {
  return examples.reduce(
    (sum, { prompt, completion }) =>
      sum + Math.min(estimateTokens(prompt) + estimateTokens(completion), mostTokens ?? Infinity),
    0,
  )
}

/** Autopilot refuses data of which more than this share has to be cut. */
export const mostCutShare = 0.6
