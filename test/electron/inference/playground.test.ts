import { afterEach, expect, test } from 'vitest'
import { getTurn, listTurns } from '../../../electron/db/conversations.ts'
import { getVersion } from '../../../electron/db/models.ts'
import { promptFor } from '../../../electron/inference/playground.ts'
import type { Candidate } from '../../../shared/model.ts'
import { isTerminal } from '../../../shared/model.ts'
import type { Question, Speaker } from '../../../shared/playground.ts'
import { tinyModelId } from '../../support/engine.ts'
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

async function openTrained(): Promise<{
  test: TestServices
  candidate: Candidate
  speakers: Speaker[]
}> {
  opened = await openTestServices()
  await opened.services.engine.start()
  await opened.services.startVersion(aRequest(await importQuestions(opened)))
  const version = await opened.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  const candidate = version.candidates[0] as Candidate // the request asks for one
  const speakers: Speaker[] = [
    { kind: 'candidate', candidateId: candidate.id },
    { kind: 'base', baseModelId: tinyModelId },
  ]
  return { test: opened, candidate, speakers }
}

const settings = { maxNewTokens: 24, temperature: 0, topP: 0.9, seed: 1 }

function aQuestion(speakers: Speaker[], more: Partial<Question> = {}): Question {
  return {
    requestId: 'r',
    conversationId: 'talk',
    parentId: null,
    prompt: 'Where?',
    settings,
    speakers,
    remembers: false,
    ...more,
  }
}

const untilDone = (test: TestServices, requestId: string, position: number) =>
  test.events.until(
    'answer.appended',
    (piece) => piece.requestId === requestId && piece.position === position && piece.done,
  )

test('streams every column, keeps what was answered, goes on, branches and answers anew', async () => {
  const { test, speakers } = await openTrained()
  const { services, events } = test
  expect((await services.use.speakers()).map(({ speaker }) => speaker.kind)).toEqual([
    'candidate',
    'base',
  ])
  const first = services.playground.ask(aQuestion(speakers))
  for (const position of [0, 1]) {
    const last = await untilDone(test, 'r', position)
    const pieces = events.of('answer.appended').filter((piece) => piece.position === position)
    expect(last).toMatchObject({ error: null, phase: null, firstTokenMs: expect.any(Number) })
    expect(last.endpointName).toMatch(/^timbre-test-/)
    expect(last.tokenCount).toBe(pieces.filter(({ text }) => text !== '').length)
    expect(getTurn(services.db, first.id).answers[position]?.text).toBe(
      pieces
        .map(({ text }) => text)
        .join('')
        .trim(),
    )
  }

  const second = services.playground.ask(
    aQuestion(speakers, { requestId: 'r2', parentId: first.id, prompt: 'And?', remembers: true }),
  )
  const branch = services.playground.ask(
    aQuestion(speakers.slice(1), { requestId: 'r3', parentId: first.id, prompt: 'Or?' }),
  )
  await Promise.all([untilDone(test, 'r2', 0), untilDone(test, 'r2', 1), untilDone(test, 'r3', 0)])
  services.playground.regenerate({
    requestId: 'r4',
    turnId: branch.id,
    position: 0,
    settings: { ...settings, temperature: 1, topP: 1, seed: 5 },
  })
  await untilDone(test, 'r4', 0)
  const turns = listTurns(services.db, 'talk')
  expect(turns.map(({ id, parentId }) => [id, parentId])).toEqual([
    [first.id, null],
    [second.id, first.id],
    [branch.id, first.id],
  ])
  expect(turns[2]?.answers).toHaveLength(2)
  expect(() =>
    services.playground.ask(aQuestion(speakers, { requestId: 'r5', parentId: 'nobody' })),
  ).toThrow(expect.objectContaining({ code: 'NotFound' }))
})

test('ends an answer at a stop word, and repeats it with the same seed', async () => {
  const { test, candidate } = await openTrained()
  const ask = (more: object) =>
    test.services.playground.answer(candidate, 'base', 'Where?', {
      ...settings,
      temperature: 1,
      topP: 1,
      ...more,
    })
  const first = await ask({ seed: 1 })
  expect(await ask({ seed: 1 })).toBe(first)
  expect(await ask({ seed: 2 })).not.toBe(first)
  const word = first.slice(3, 5)
  const stopped = await ask({ seed: 1, stop: [word] })
  expect(stopped.length).toBeLessThan(first.length)
})

test('stops every column when asked to, and says so', async () => {
  const { test, speakers } = await openTrained()
  test.services.playground.ask(
    aQuestion(speakers, { requestId: 'long', settings: { ...settings, maxNewTokens: 1024 } }),
  )
  test.services.playground.stop('long')
  for (const position of [0, 1])
    expect(await untilDone(test, 'long', position)).toMatchObject({
      finishReason: 'stopped',
      error: null,
    })
})

test('an answer that comes after a rename is called after the model as it is named by then', async () => {
  const { test, candidate, speakers } = await openTrained()
  const { services, events } = test
  const { id } = services.playground.ask(aQuestion(speakers.slice(0, 1)))
  await events.until('answer.appended', ({ requestId }) => requestId === 'r')
  const { modelId } = getVersion(services.db, candidate.versionId)
  services.renameModel(modelId, 'Front office')
  await untilDone(test, 'r', 0)
  expect(getTurn(services.db, id).answers).toMatchObject([
    { title: `Front office V1 · ${candidate.baseModelName}` },
  ])
})

test('says that the engine is off when it is', async () => {
  const { test, speakers } = await openTrained()
  await test.services.engine.stop()
  const turn = test.services.playground.ask(aQuestion(speakers, { requestId: 'off' }))
  for (const position of [0, 1])
    expect((await untilDone(test, 'off', position)).error?.code).toBe('EngineUnavailable')
  expect(getTurn(test.services.db, turn.id).answers).toEqual([])
})

test('puts the system prompt and what was said before around the question', () => {
  const template = { prompt: 'Q: {prompt}\nA: ', completion: '{completion}' }
  expect(
    promptFor(template, 'And {prompt}?', { ...settings, system: 'Be kind.' }, [
      { prompt: 'Where?', answer: 'Here.' },
    ]),
  ).toBe('Be kind.\n\nQ: Where?\nA: Here.\n\nQ: And {prompt}?\nA: ')
})

test('adds a good answer to the dataset as a step that can be undone', async () => {
  const { test } = await openTrained()
  const [dataset] = test.services.datasets.list()
  if (!dataset) throw new Error('There is no dataset.')
  const taught = await test.services.use.teach(dataset.id, 'Do you ship, "soon"?', 'Yes,\nwe do.')
  expect(taught.scan.rowCount).toBe(dataset.scan.rowCount + 1)
  const { rows } = await test.services.datasets.rows({
    id: dataset.id,
    offset: dataset.scan.rowCount,
    limit: 1,
  })
  expect(rows[0]?.cells).toEqual(['Do you ship, "soon"?', 'Yes,\nwe do.'])
  const undone = await test.services.datasets.undoFix(dataset.id)
  expect(undone.contentSha256).toBe(dataset.contentSha256)
})
