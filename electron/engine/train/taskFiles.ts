/** What a task's model brings along: its tokenizer, the template, and the files that go into the trained model's folder. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type PromptTemplate, promptTemplateSchema } from '../../../shared/promptTemplate.ts'
import { readModelConfig, readModelTokenizer } from '../model/modelFolder.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { TrainingError, type TrainingTask } from './trainingTask.ts'

export interface TaskFiles {
  readonly tokenizer: Tokenizer
  readonly template: PromptTemplate
  /** By file name. */
  readonly texts: ReadonlyMap<string, string>
}

/** @throws TrainingError (ClientError), ModelFileError */
export async function readTaskFiles(task: TrainingTask): Promise<TaskFiles> {
  const base = task.baseModelDirectory
  const templateFile = task.templatePath ?? path.join(base, 'template.json')
  const templateText = await readText(templateFile, 'template.json')
  const tokenizer = await readModelTokenizer(base, await readModelConfig(base))
  const texts = new Map([
    ['tokenizer.json', await readText(path.join(base, 'tokenizer.json'), 'tokenizer.json')],
    ['template.json', templateText],
  ])
  const tokenizerConfig = path.join(base, 'tokenizer_config.json')
  if (existsSync(tokenizerConfig))
    texts.set('tokenizer_config.json', await readText(tokenizerConfig, 'tokenizer_config.json'))
  return { tokenizer, template: parseTemplate(templateText), texts }
}

async function readText(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new TrainingError('ClientError', `${name} cannot be read.`, { cause })
  }
}

function parseTemplate(text: string): PromptTemplate {
  try {
    return promptTemplateSchema.parse(JSON.parse(text))
  } catch (cause) {
    const message = 'template.json does not have the texts "prompt" and "completion".'
    throw new TrainingError('ClientError', message, { cause })
  }
}
