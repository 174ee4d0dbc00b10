import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeDesks } from '../../build/corpus/conversations.ts'

const root = path.join(import.meta.dirname, '../..')
const samples = { en: 'english.txt', zh: 'chinese.txt' } as const

describe.each(['en', 'zh'] as const)('the synthetic conversations (%s)', (language) => {
  const desks = makeDesks(language, 1500, 11)
  const conversations = desks.flat()

  test('come out the same for the same seed, and each once', () => {
    expect(makeDesks(language, 50, 11)).toEqual(desks.slice(0, 50))
    expect(makeDesks(language, 50, 12)).not.toEqual(desks.slice(0, 50))
    const keys = conversations.map(({ prompt, completion }) => `${prompt}\n${completion}`)
    expect(new Set(keys).size).toBe(conversations.length)
    expect(conversations.length).toBeGreaterThan(8000)
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

  test('go on in lower case only after a comma or a colon', () => {
    const afterSentence = conversations.filter(({ prompt }) => /[.!?] [a-z]/.test(prompt))
    // Some people type everything in lower case.
    for (const { prompt } of afterSentence) expect(prompt).toBe(prompt.toLowerCase())
  })

  test('half of the companies are dry: they neither greet nor sign', () => {
    const endings = desks
      .filter((desk) => desk.length > 4)
      .map((desk) => desk.map(({ completion }) => completion.slice(-6)))
    const signed = endings.filter((ends) => new Set(ends).size === 1)
    expect(signed.length / endings.length).toBeGreaterThan(0.2)
    expect(signed.length / endings.length).toBeLessThan(0.5)
  })
})
