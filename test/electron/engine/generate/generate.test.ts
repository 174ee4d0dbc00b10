import { afterAll, beforeAll, expect, test } from 'vitest'
import { generate } from '../../../../electron/engine/generate/generate.ts'
import type {
  GeneratedToken,
  GenerationParameters,
} from '../../../../electron/engine/generate/generation.ts'
import { LanguageModel } from '../../../../electron/engine/generate/languageModel.ts'
import { tinyConfig, tinyWeights } from '../../../support/tinyModel.ts'

/** Token id = letter a to j; 10 ends the text. */
const tokenizer = {
  encode: (text: string) => [...text].map((letter) => letter.charCodeAt(0) - 97),
  endOfTextId: 10,
  padId: 10,
  createStreamingDecoder: () => ({
    push: (id: number) => String.fromCharCode(97 + id),
    flush: () => '',
  }),
}

const greedy: GenerationParameters = {
  maxNewTokens: 12,
  temperature: 1,
  topP: 1,
  topK: 0,
  doSample: false,
  repetitionPenalty: 1,
  seed: 1,
  stop: [],
}

let model: LanguageModel
beforeAll(async () => {
  model = await LanguageModel.over(tinyConfig, tinyWeights(), 1)
})
afterAll(() => model.close())

async function run(prompt: string, parameters: Partial<GenerationParameters>) {
  const tokens: GeneratedToken[] = []
  for await (const token of generate(model, tokenizer, prompt, { ...greedy, ...parameters }))
    tokens.push(token)
  return { tokens, text: tokens.map((token) => token.text).join('') }
}

const sampled = { doSample: true, temperature: 3, maxNewTokens: 20 }

test('the same seed gives the same text, another seed another', async () => {
  const first = await run('abc', { ...sampled, seed: 3 })
  expect(await run('abc', { ...sampled, seed: 3 })).toEqual(first)
  expect((await run('abc', { ...sampled, seed: 4 })).text).not.toBe(first.text)
})

test('greedy text does not depend on the seed, and its tokens are likely', async () => {
  const first = await run('abc', { seed: 1 })
  expect(await run('abc', { seed: 2 })).toEqual(first)
  // Eleven tokens: the likeliest has at least an eleventh.
  for (const { logprob } of first.tokens) expect(logprob).toBeGreaterThan(-Math.log(11))
})

test('it ends at the length asked for, said on the last token only', async () => {
  const { tokens } = await run('abc', { maxNewTokens: 3, repetitionPenalty: 1 })
  const reasons = tokens.map((token) => token.finishReason)
  expect(reasons.at(-1)).toBeDefined()
  expect(reasons.slice(0, -1).every((reason) => reason === undefined)).toBe(true)
  expect(tokens.length).toBeLessThanOrEqual(3)
})

test('the end-of-text token ends the text without being part of it', async () => {
  const ended = []
  for (let seed = 0; seed < 30; seed += 1) {
    const { tokens, text } = await run('abc', { ...sampled, seed })
    if (tokens.at(-1)?.finishReason !== 'eos_token') continue
    ended.push(seed)
    expect(tokens.at(-1)).toMatchObject({ id: 10, text: '', special: true })
    expect(text).toHaveLength(tokens.length - 1)
  }
  expect(ended.length).toBeGreaterThan(0)
})

test('a stop text ends the generation and stays in the text', async () => {
  const { text, tokens } = await run('abc', { ...sampled, seed: 3 })
  expect(tokens.length).toBeGreaterThan(4)
  const stop = text.slice(2, 4)
  const stopped = await run('abc', { ...sampled, seed: 3, stop: ['zz', stop] })
  expect(stopped.tokens.at(-1)?.finishReason).toBe('stop_sequence')
  expect(stopped.text).toBe(text.slice(0, text.indexOf(stop) + 2))
})

test('a prompt longer than the context keeps its end; the answer has room', async () => {
  const long = 'abcdefghij'.repeat(10)
  const { tokens, text } = await run(long, { maxNewTokens: 8 })
  // 32 positions: 24 for the prompt, 8 for the answer.
  expect(await run(long.slice(-24), { maxNewTokens: 8 })).toEqual({ tokens, text })
})

test('truncate keeps the last tokens of the prompt', async () => {
  expect(await run('jihabc', { truncate: 3 })).toEqual(await run('abc', {}))
})

test('a full context ends the text with reason length', async () => {
  const { tokens } = await run('abc', { ...sampled, maxNewTokens: 1000, seed: 9 })
  const last = tokens.at(-1)
  expect(['length', 'eos_token']).toContain(last?.finishReason)
  expect(tokens.length).toBeLessThanOrEqual(30)
})

test('an empty prompt starts from the end-of-text token', async () => {
  expect((await run('', {})).tokens.length).toBeGreaterThan(0)
})
