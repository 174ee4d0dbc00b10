/** tokenizer_config.json: which tokens begin and end a text, and the chat template. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { ModelFileError } from './modelFileError.ts'

export interface TokenizerConfig {
  readonly beginOfText: string | null
  readonly endOfText: string | null
  /** In Jinja. */
  readonly chatTemplate: string | null
}

const tokenSchema = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
const chatTemplateSchema = z
  .union([
    z.string(),
    z
      .array(z.object({ name: z.string(), template: z.string() }))
      .transform((list) => list.find(({ name }) => name === 'default')?.template),
  ])
  .nullish()
const tokenizerConfigSchema = z.looseObject({
  bos_token: tokenSchema,
  eos_token: tokenSchema,
  chat_template: chatTemplateSchema,
})

export const tokenizerConfigFile = 'tokenizer_config.json'
/** Newer models keep the template in a file of its own. */
const chatTemplateFile = 'chat_template.jinja'

/** All null for a folder without the file. Throws ModelFileError for one that cannot be read. */
export async function readTokenizerConfig(directory: string): Promise<TokenizerConfig> {
  const file = path.join(directory, tokenizerConfigFile)
  if (!existsSync(file)) return { beginOfText: null, endOfText: null, chatTemplate: null }
  try {
    const json = tokenizerConfigSchema.parse(JSON.parse(await readFile(file, 'utf8')))
    const template = path.join(directory, chatTemplateFile)
    return {
      beginOfText: json.bos_token ?? null,
      endOfText: json.eos_token ?? null,
      chatTemplate: existsSync(template)
        ? await readFile(template, 'utf8')
        : (json.chat_template ?? null),
    }
  } catch (cause) {
    throw new ModelFileError(`${tokenizerConfigFile} cannot be read.`, { cause })
  }
}
