/** What a model in training answers to the same prompts at every evaluation, read from the lines of its log. */
import { z } from 'zod'

export const mostSamplePrompts = 3

export const samplePromptsSchema = z
  .array(z.string().trim().min(1).max(2000))
  .max(mostSamplePrompts)

export const sampleAnswerSchema = z.object({
  /** 0 is the base model's own answer. */
  step: z.number().int().nonnegative(),
  /** From 1. */
  sample: z.number().int().positive(),
  prompt: z.string(),
  answer: z.string(),
})
export type SampleAnswer = z.infer<typeof sampleAnswerSchema>

const jsonString = '"(?:[^"\\\\]|\\\\.)*"'
const sampleLine = new RegExp(
  `^step=(\\d+) sample=(\\d+) prompt=(${jsonString}) answer=(${jsonString})$`,
)

/** Null for any other line of the log. */
export function parseSampleLine(line: string): SampleAnswer | null {
  const [, step, sample, prompt, answer] = sampleLine.exec(line) ?? []
  if (prompt === undefined || answer === undefined) return null
  try {
    return sampleAnswerSchema.parse({
      step: Number(step),
      sample: Number(sample),
      prompt: JSON.parse(prompt) as unknown,
      answer: JSON.parse(answer) as unknown,
    })
  } catch {
    return null
  }
}
