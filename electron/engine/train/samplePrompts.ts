/** Answers of the model as it stands, so that one can watch it learn. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type PromptTemplate, fillPrompt } from '../../../shared/promptTemplate.ts'
import { generate, type GenerationTokenizer } from '../generate/generate.ts'
import { LanguageModel } from '../generate/languageModel.ts'
import type { TrainableModel } from './model.ts'
import { TrainingError } from './trainingTask.ts'

export const mostSamplePrompts = 3
const samplePromptsSchema = z.array(z.string().min(1)).max(mostSamplePrompts)

/** Long enough to show the voice, short enough not to slow the training down. */
export const longestSample = 64

/** @throws TrainingError (ClientError) when the file is not a JSON array of at most three texts */
export async function readSamplePrompts(file: string | null): Promise<readonly string[]> {
  if (file === null) return []
  try {
    return samplePromptsSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    const message = `prompts.json is not a JSON array of at most ${mostSamplePrompts} texts.`
    throw new TrainingError('ClientError', message, { cause })
  }
}

export interface SampleSettings {
  readonly tokenizer: GenerationTokenizer
  readonly template: PromptTemplate
  readonly threads: number
  readonly maxNewTokens?: number
}

/** The likeliest answer to each prompt, in their order; null once asked to stop. */
export async function answerSamples(
  model: TrainableModel,
  prompts: readonly string[],
  { tokenizer, template, threads, maxNewTokens = longestSample }: SampleSettings,
  stopRequested: () => boolean,
): Promise<string[] | null> {
  if (prompts.length === 0) return []
  return model.withTrainedWeights(async (weights) => {
    const open = model.copiesForAnswers ? LanguageModel.copying : LanguageModel.over
    const language = await open(model.config, weights, threads)
    try {
      const answers: string[] = []
      for (const prompt of prompts) {
        let answer = ''
        for await (const { text } of generate(language, tokenizer, fillPrompt(template, prompt), {
          maxNewTokens,
          doSample: false,
          temperature: 1,
          topP: 1,
          topK: 0,
          repetitionPenalty: 1,
          seed: 0,
          stop: [],
        })) {
          if (stopRequested()) return null
          answer += text
        }
        answers.push(answer.trim())
      }
      return answers
    } finally {
      await language.close()
    }
  })
}
