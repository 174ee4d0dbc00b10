import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeConversations } from '../../build/corpus/conversations.ts'

const root = path.join(import.meta.dirname, '../..')
const samples = { en: 'english.txt', zh: 'chinese.txt' } as const

describe.each(['en', 'zh'] as const)('the synthetic conversations (%s)', (language) => {
  const conversations = makeConversations(language, 20_000, 11)

  test('come out the same for the same seed, and each once', () => {
    expect(makeConversations(language, 20_000, 11)).toEqual(conversations)
    expect(makeConversations(language, 20_000, 12)).not.toEqual(conversations)
    const keys = conversations.map(({ prompt, completion }) => `${prompt}\n${completion}`)
    expect(new Set(keys).size).toBe(conversations.length)
    expect(conversations.length).toBeGreaterThan(10_000)
  })

  test('have no slot left open', () => {
    for (const { prompt, completion } of conversations) {
      expect(prompt + completion).not.toMatch(/[{}]|undefined/)
      expect(prompt.trim()).not.toBe('')
      expect(completion.trim()).not.toBe('')
    }
  })

  test("give away none of the bundled sample's answers, and not its company", () => {
    const lines = readFileSync(path.join(root, 'build/samples', samples[language]), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const sampleAnswers = lines.filter((_, at) => at % 2 === 1).flatMap((line) => line.split('|'))
    expect(sampleAnswers.length).toBeGreaterThan(100)
    const completions = new Set(conversations.map(({ completion }) => completion))
    expect(sampleAnswers.filter((answer) => completions.has(answer))).toEqual([])
    const text = conversations.map(({ prompt, completion }) => prompt + completion).join('\n')
    expect(text).not.toMatch(/Lumen & Larch|Juno|Mill Lane|落叶松|小光|磨坊路/)
  })
})
