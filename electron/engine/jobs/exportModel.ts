/** A trained model -> files that other programs read, loaded again and asked before they count. */
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import {
  fillPrompt,
  type PromptTemplate,
  promptTemplateSchema,
} from '../../../shared/promptTemplate.ts'
import { convert } from '../convert/conversion.ts'
import { openGenerator } from '../generate/openGenerator.ts'
import { adapterFiles } from '../model/modelFolder.ts'
import { JobFailure } from './jobFailure.ts'

export const exportFormats = ['safetensors', 'peft', 'gguf-f16', 'gguf-q8_0'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportRequest {
  readonly modelDirectory: string
  readonly format: ExportFormat
  /** For the files' names and the card: letters, digits and hyphens. */
  readonly name: string
  /** Asked of the trained model and of the exported one. */
  readonly questions: readonly string[]
  readonly threads: number
}

export interface ExportResult {
  readonly equalAnswers: number
  readonly asked: number
}

const adapterList: readonly string[] = Object.values(adapterFiles)
const answerTokens = 48

/** Fills `output`, which exists; `scratch` is made and removed. @throws JobFailure, ModelFileError */
export async function exportModel(
  request: ExportRequest,
  output: string,
  scratch: string,
): Promise<ExportResult> {
  const { modelDirectory, format, name } = request
  const present = await readdir(modelDirectory)
  const template = promptTemplateSchema.parse(
    JSON.parse(await readFile(path.join(modelDirectory, 'template.json'), 'utf8')),
  )
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true })
  try {
    let result: ExportResult | null = null
    if (format === 'peft') {
      if (!adapterList.every((file) => present.includes(file)))
        throw new JobFailure(
          'ClientError: this model has no adapter: all of its weights were trained. Export it as safetensors or GGUF.',
        )
      await copyAll(modelDirectory, output, [...adapterList, 'template.json'])
    } else if (format === 'safetensors') {
      const files = present.filter((file) => !adapterList.includes(file))
      await copyAll(modelDirectory, output, files)
      result = await compare(request, template, output)
    } else {
      const file = path.join(output, `${name}.${format.slice('gguf-'.length).toUpperCase()}.gguf`)
      const precision = format === 'gguf-f16' ? 'f16' : 'q8_0'
      await convert({ kind: 'folderToGguf', directory: modelDirectory, file, name, precision })
      await copyAll(modelDirectory, output, ['template.json'])
      await convert({ kind: 'ggufToFolder', file, directory: scratch })
      result = await compare(request, template, scratch)
    }
    await writeFile(path.join(output, 'README.md'), card(request, template, result))
    return result ?? { equalAnswers: 0, asked: 0 }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function copyAll(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) await copyFile(path.join(from, name), path.join(to, name))
}

async function compare(
  { modelDirectory, questions, threads }: ExportRequest,
  template: PromptTemplate,
  exported: string,
): Promise<ExportResult> {
  const prompts = questions.map((question) => fillPrompt(template, question))
  const expected = await answersOf(modelDirectory, prompts, threads)
  const found = await answersOf(exported, prompts, threads)
  return {
    asked: prompts.length,
    equalAnswers: expected.filter((answer, index) => answer === found[index]).length,
  }
}

async function answersOf(
  directory: string,
  prompts: readonly string[],
  threads: number,
): Promise<string[]> {
  const generator = await openGenerator(directory, { threads })
  try {
    const answers: string[] = []
    for (const prompt of prompts) {
      let answer = ''
      for await (const { text } of generator.generate(prompt, {
        maxNewTokens: answerTokens,
        doSample: false,
        temperature: 1,
        topP: 1,
        topK: 0,
        repetitionPenalty: 1,
        seed: 0,
        stop: [],
      }))
        answer += text
      answers.push(answer)
    }
    return answers
  } finally {
    await generator.close()
  }
}

const usage: Readonly<Record<ExportFormat, string>> = {
  safetensors:
    'Load it with Hugging Face transformers: `AutoModelForCausalLM.from_pretrained(folder)`.',
  peft: 'Load it on top of the base model with peft: `PeftModel.from_pretrained(base_model, folder)`.',
  'gguf-f16': 'Run it with llama.cpp or any program that reads GGUF. Weights are 16-bit.',
  'gguf-q8_0': 'Run it with llama.cpp or any program that reads GGUF. Weights are 8-bit (Q8_0).',
}

function card(
  { name, format }: ExportRequest,
  template: PromptTemplate,
  result: ExportResult | null,
): string {
  return [
    `# ${name}`,
    '',
    'Fine-tuned and exported with Timbre.',
    usage[format],
    '',
    ...(result && result.asked > 0
      ? [
          `After the export the files were loaded again and asked ${result.asked} questions: ` +
            `${result.equalAnswers} of ${result.asked} answers are equal to those of the trained model, word for word.`,
          '',
        ]
      : []),
    'It was trained with this text around each question, and answers best in it:',
    '',
    '```',
    template.prompt,
    '```',
    '',
  ].join('\n')
}
