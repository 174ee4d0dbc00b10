/** JSONL of prompts and completions -> token sequences with the answer's place marked. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type PromptTemplate, fillCompletion, fillPrompt } from '../../../shared/promptTemplate.ts'
import type { Tokenizer } from '../model/tokenizer.ts'
import { TrainingError } from './trainingTask.ts'

/** The part of the tokenizer that training needs. */
export type ExampleTokenizer = Pick<Tokenizer, 'encode' | 'decode' | 'endOfTextId'>

export interface TokenizedExample {
  /** Prompt, answer, end-of-text. */
  readonly ids: readonly number[]
  /** Index of the answer's first token; at least 1. */
  readonly answerStart: number
  /** UTF-8 bytes of the answer's text. */
  readonly answerBytes: number
}

export interface ExampleSet {
  readonly examples: readonly TokenizedExample[]
  /** How many did not fit and were cut. */
  readonly truncated: number
}

const recordSchema = z.object({ prompt: z.string(), completion: z.string() })

/**
 * Reads a JSONL file. Throws TrainingError (ClientError) with the line's number for a line that is not an example, and
 * for a file without any.
 */
export async function readExamples(
  file: string,
  name: 'training' | 'validation',
  tokenizer: ExampleTokenizer,
  template: PromptTemplate,
  maxLength: number,
): Promise<ExampleSet> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
  } catch (cause) {
    throw new TrainingError('ClientError', `The ${name} data cannot be read as UTF-8 text.`, {
      cause,
    })
  }
  const examples: TokenizedExample[] = []
  let truncated = 0
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const { prompt, completion } = parseLine(line, `Line ${index + 1} of the ${name} data`)
    // A chat template's own marks are special tokens; so they are at inference, where the text is filled in already.
    const promptIds = tokenizer.encode(fillPrompt(template, prompt), { allowSpecial: true })
    const answerIds = tokenizer.encode(fillCompletion(template, completion))
    const example = fitExample(promptIds, answerIds, tokenizer, maxLength)
    if (example.ids.length < promptIds.length + answerIds.length + 1) truncated += 1
    examples.push(example)
  })
  if (examples.length === 0)
    throw new TrainingError('ClientError', `The ${name} data has no examples.`)
  return { examples, truncated }
}

/** Cuts the prompt's start first, keeping one token of it, then the answer's end. */
function fitExample(
  promptIds: readonly number[],
  answerIds: readonly number[],
  tokenizer: ExampleTokenizer,
  maxLength: number,
): TokenizedExample {
  const end = tokenizer.endOfTextId
  const answer = [...answerIds, end].slice(0, maxLength - 1)
  const room = maxLength - answer.length
  const prompt = promptIds.length === 0 ? [end] : promptIds.slice(-room)
  const kept = answer.at(-1) === end ? answer.slice(0, -1) : answer
  return {
    ids: [...prompt, ...answer],
    answerStart: prompt.length,
    answerBytes: Buffer.byteLength(tokenizer.decode(kept)),
  }
}

function parseLine(line: string, place: string): z.infer<typeof recordSchema> {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw new TrainingError('ClientError', `${place} is not JSON.`, { cause })
  }
  const record = recordSchema.safeParse(json)
  if (!record.success)
    throw new TrainingError(
      'ClientError',
      `${place} does not have the texts "prompt" and "completion".`,
    )
  return record.data
}
