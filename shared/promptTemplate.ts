/** The instruction template: JumpStart's template.json, filled per example. */
import { z } from 'zod'

export const promptTemplateSchema = z.object({ prompt: z.string(), completion: z.string() })
export type PromptTemplate = z.infer<typeof promptTemplateSchema>

/** What the bundled base models were pretrained to answer in. */
export const defaultPromptTemplate: PromptTemplate = {
  prompt: '### Question:\n{prompt}\n\n### Answer:\n',
  completion: '{completion}',
}

/** Replaces `{field}` once, literally: text that looks like a placeholder inside a value stays as it is. */
export function fillPrompt(template: PromptTemplate, prompt: string): string {
  return template.prompt.replace('{prompt}', () => prompt)
}

export function fillCompletion(template: PromptTemplate, completion: string): string {
  return template.completion.replace('{completion}', () => completion)
}
