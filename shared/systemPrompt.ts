/** An instruction for all answers, as part of the template: what it was trained with is what it is asked with. */
import type { PromptTemplate } from './promptTemplate.ts'

export const mostSystemPromptCharacters = 4000

/** How families of chat models begin a user's turn, and what a system's turn is. */
const chatFormats: readonly { readonly user: string; readonly system: (text: string) => string }[] =
  [
    { user: '<|im_start|>user\n', system: (text) => `<|im_start|>system\n${text}<|im_end|>\n` },
    {
      user: '<|start_header_id|>user<|end_header_id|>\n\n',
      system: (text) => `<|start_header_id|>system<|end_header_id|>\n\n${text}<|eot_id|>`,
    },
  ]
const chatMlSystem = /<\|im_start\|>system\n[^]*?<\|im_end\|>\n/
const llamaSystem = /<\|start_header_id\|>system<\|end_header_id\|>\n\n[^]*?<\|eot_id\|>/

/** As the system's turn of a chat model, in place of one that is there; above everything else in a plain template. */
export function withSystemPrompt(template: PromptTemplate, systemPrompt: string): PromptTemplate {
  // Braces of the two places would be filled with the question.
  const text = systemPrompt
    .trim()
    .replaceAll('{prompt}', 'prompt')
    .replaceAll('{completion}', 'completion')
  if (text === '') return template
  const { prompt } = template
  const format = chatFormats.find(({ user }) => prompt.includes(user))
  if (!format) return { ...template, prompt: `${text}\n\n${prompt}` }
  const turn = format.system(text)
  const isOwn = [chatMlSystem, llamaSystem].find((pattern) => pattern.test(prompt))
  return {
    ...template,
    prompt: isOwn
      ? prompt.replace(isOwn, () => turn)
      : prompt.replace(format.user, () => turn + format.user),
  }
}
