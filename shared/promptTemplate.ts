/** The instruction template: JumpStart's template.json, filled per example. */
import { z } from 'zod'

export const promptTemplateSchema = z.object({ prompt: z.string(), completion: z.string() })
export type PromptTemplate = z.infer<typeof promptTemplateSchema>

/** As an analyst may write it: the question and the answer each have their place, once. */
export const editedTemplateSchema = z.object({
  prompt: z
    .string()
    .max(8000)
    .refine((text) => text.split('{prompt}').length === 2),
  completion: z
    .string()
    .max(8000)
    .refine((text) => text.split('{completion}').length === 2),
})

/** What the bundled base models were pretrained to answer in. */
export const defaultPromptTemplate: PromptTemplate = {
  prompt: '### Question:\n{prompt}\n\n### Answer:\n',
  completion: '{completion}',
}

/** Where AWS puts the pairs into the model's own form, as for all ways but JumpStart's: nothing around them. */
export const plainPromptTemplate: PromptTemplate = {
  prompt: '{prompt}',
  completion: '{completion}',
}

/** Replaces `{field}` once, literally: text that looks like a placeholder inside a value stays as it is. */
export function fillPrompt(template: PromptTemplate, prompt: string): string {
  return template.prompt.replace('{prompt}', () => prompt)
}

export function fillCompletion(template: PromptTemplate, completion: string): string {
  return template.completion.replace('{completion}', () => completion)
}
