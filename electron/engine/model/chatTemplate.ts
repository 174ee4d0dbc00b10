/** A chat model's own template (tokenizer_config.json, in Jinja) as a template of one question and one answer. */
import { Template } from '@huggingface/jinja'
import { defaultPromptTemplate, type PromptTemplate } from '../../../shared/promptTemplate.ts'
import { ModelFileError } from './modelFileError.ts'
import type { TokenizerConfig } from './tokenizerConfig.ts'

const placeholder = '{prompt}'

/**
 * The text that a chat model reads before its answer, with {prompt} where the question goes; the plain instruction
 * template for a model that has no chat template. Throws ModelFileError when the chat template cannot be filled.
 */
export function promptTemplateOf(config: TokenizerConfig): PromptTemplate {
  if (config.chatTemplate === null) return defaultPromptTemplate
  let prompt: string
  try {
    prompt = new Template(config.chatTemplate).render({
      messages: [{ role: 'user', content: placeholder }],
      add_generation_prompt: true,
      // Templates that reason by default are asked for the answer alone.
      enable_thinking: false,
      bos_token: config.beginOfText ?? '',
      eos_token: config.endOfText ?? '',
    })
  } catch (cause) {
    throw new ModelFileError('The chat template in tokenizer_config.json cannot be filled.', {
      cause,
    })
  }
  if (prompt.split(placeholder).length !== 2)
    throw new ModelFileError('The chat template does not contain the question exactly once.')
  return { prompt, completion: '{completion}' }
}
