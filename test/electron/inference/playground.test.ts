import { afterEach, expect, test } from 'vitest'
import type { Candidate } from '../../../shared/model.ts'
import { isTerminal } from '../../../shared/model.ts'
import type { AnswerSide } from '../../../shared/playground.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../../support/services.ts'

let opened: TestServices | null = null

afterEach(async () => {
  await opened?.close()
  opened = null
})

async function openTrained(): Promise<{ test: TestServices; candidate: Candidate }> {
  opened = await openTestServices()
  await opened.services.engine.start()
  await opened.services.startVersion(aRequest(await importQuestions(opened)))
  const version = await opened.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  return { test: opened, candidate: version.candidates[0] as Candidate } // the request asks for one
}

const settings = { maxNewTokens: 24, temperature: 0, topP: 0.9, seed: 1 }
const sides: readonly AnswerSide[] = ['tuned', 'base']

test('streams both answers and keeps the exchange', async () => {
  const { test, candidate } = await openTrained()
  const { playground } = test.services
  playground.ask({ requestId: 'r', candidateId: candidate.id, prompt: 'Where?', settings })
  const answers = { tuned: '', base: '' }
  for (const side of sides) {
    const last = await test.events.until('answer.appended', (one) => one.side === side && one.done)
    const pieces = test.events.of('answer.appended').filter((piece) => piece.side === side)
    answers[side] = pieces.map((piece) => piece.text).join('')
    expect(last).toMatchObject({ error: null, firstTokenMs: expect.any(Number) })
    expect(last.tokenCount).toBe(pieces.length - 1)
    expect(pieces.filter((piece) => piece.done)).toHaveLength(1)
  }
  await expect
    .poll(() => playground.history(candidate.id))
    .toMatchObject([
      { prompt: 'Where?', tunedAnswer: answers.tuned, baseAnswer: answers.base, settings },
    ])
})

test('gives the same answer to the same seed, and another to another', async () => {
  const { test, candidate } = await openTrained()
  const ask = (seed: number) =>
    test.services.playground.answer(candidate, 'base', 'Where?', {
      ...settings,
      temperature: 1,
      topP: 1,
      seed,
    })
  const first = await ask(1)
  expect(await ask(1)).toBe(first)
  expect(await ask(2)).not.toBe(first)
})

test('stops both sides when asked to, and says so', async () => {
  const { test, candidate } = await openTrained()
  const { playground } = test.services
  playground.ask({
    requestId: 'long',
    candidateId: candidate.id,
    prompt: 'Where?',
    settings: { ...settings, maxNewTokens: 1024 },
  })
  playground.stop('long')
  for (const side of sides) {
    const last = await test.events.until('answer.appended', (one) => one.side === side && one.done)
    expect(last).toMatchObject({ finishReason: 'stopped', error: null })
  }
})

test('says that the engine is off when it is', async () => {
  const { test, candidate } = await openTrained()
  await test.services.engine.stop()
  test.services.playground.ask({
    requestId: 'off',
    candidateId: candidate.id,
    prompt: 'Where?',
    settings,
  })
  for (const side of sides) {
    const last = await test.events.until('answer.appended', (one) => one.side === side && one.done)
    expect(last.error?.code).toBe('EngineUnavailable')
  }
  expect(test.services.playground.history(candidate.id)).toEqual([])
})
