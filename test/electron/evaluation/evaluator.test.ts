import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { listModels } from '../../../electron/db/models.ts'
import { createEvaluator } from '../../../electron/evaluation/evaluator.ts'
import { drawRows } from '../../../electron/evaluation/parts/answers.ts'
import { evaluationDocument } from '../../../electron/evaluation/report/evaluationDocument.ts'
import { scoreAnswer } from '../../../electron/evaluation/scores/scoreAnswer.ts'
import type { Evaluation, EvaluationRequest } from '../../../shared/evaluation.ts'
import { AppError } from '../../../shared/errors.ts'
import { isTerminal } from '../../../shared/model.ts'
import { aCandidate, insertTestVersion, openTestDatabase } from '../../support/database.ts'
import {
  aRequest,
  importQuestions,
  openTestServices,
  type TestServices,
} from '../../support/services.ts'
import { longTraining } from '../../support/engine.ts'

let opened: TestServices | null = null

afterEach(async () => {
  await opened?.close()
  opened = null
})

function ask(
  candidateId: string,
  rows: number,
  parts: Partial<EvaluationRequest> = {},
): EvaluationRequest {
  return {
    candidateId,
    rows,
    source: { kind: 'validation' },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge: null,
    library: null,
    ...parts,
  }
}

async function openTrained(): Promise<{ test: TestServices; candidateId: string }> {
  opened = await openTestServices()
  await opened.services.engine.start()
  await opened.services.startVersion(aRequest(await importQuestions(opened, 40)))
  const version = await opened.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  return { test: opened, candidateId: version.candidates[0]?.id ?? '' }
}

test('asks both models the unseen rows, scores, stores, and gives the same numbers again', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const { datasets } = test.services
  expect(evaluator.latest(candidateId)).toBeNull()
  const started = await evaluator.start(ask(candidateId, 50))
  expect(started).toMatchObject({ status: 'Running', plannedRows: 8, availableRows: 8 })
  // A second click is the same evaluation.
  expect((await evaluator.start(ask(candidateId, 50))).id).toBe(started.id)
  const ended = await evaluator.ended(started.id)
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.rows.map(({ position }) => position)).toEqual(drawRows(8, 8, started.seed))
  for (const row of ended.rows) {
    expect(row.question).toMatch(/^Where is item \d+\?$/)
    expect(row.tuned).toEqual(scoreAnswer(row.tuned.text, row.reference))
    expect(row.base).toEqual(scoreAnswer(row.base?.text ?? '', row.reference))
  }
  const progress = test.events.of('evaluation.progressed')
  expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8])
  expect(ended.voice).toMatchObject({ trainingAnswers: 32 })
  expect(progress.at(-1)).toMatchObject({ status: 'Completed', planned: 8 })

  const again = await evaluator.ended((await evaluator.start(ask(candidateId, 50))).id)
  expect(again.id).not.toBe(ended.id)
  expect(again.rows).toEqual(ended.rows)
  // What one reads as JSON is what the window shows.
  const document = JSON.parse(evaluationDocument(again)) as Evaluation
  expect(document).toMatchObject({ rows: again.rows, verdict: { ties: expect.any(Number) } })

  const html = await test.services.report(candidateId)
  expect(html).toContain('8 of 8 rows of the validation share')

  // With the engine off, and the dataset gone, it is still there.
  await test.services.engine.stop()
  await datasets.delete(datasets.list()[0]?.id ?? '')
  expect(evaluator.latest(candidateId)).toEqual(again)
  expect(await test.services.report(candidateId)).toContain('8 of 8 rows of the validation share')
  const offline = evaluator.start(ask(candidateId, 50))
  await expect(offline).rejects.toMatchObject({ code: 'EngineUnavailable' })
})

test('a finished report gets what is new, without asking again for the answers that it has', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator, estimate, scoringModels } = test.services.evaluation
  const finish = async (request: EvaluationRequest) =>
    evaluator.ended((await evaluator.start(request)).id)
  const first = await finish(ask(candidateId, 4))
  evaluator.rate(first.id, first.rows[0]?.position ?? 0, 'tuned')
  expect(await estimate(ask(candidateId, 4))).toMatchObject({ isAddition: false, answers: 8 })

  await scoringModels
    .of('encoder')
    .importFolder(path.resolve(import.meta.dirname, '../../fixtures/encoder'))
  expect(await estimate(ask(candidateId, 4))).toMatchObject({ isAddition: true, answers: 0 })
  const asked = test.events.of('evaluation.progressed').length
  const withMeaning = await finish(ask(candidateId, 4))
  expect(withMeaning).toMatchObject({ id: first.id, status: 'Completed', rows: first.rows })
  expect(withMeaning.bertScores).toHaveLength(4)
  expect(Object.values(withMeaning.ratings)).toEqual(['tuned'])
  const counted = test.events.of('evaluation.progressed').slice(asked)
  expect(counted.every(({ done }) => done === 4)).toBe(true)

  const wished = ask(candidateId, 4, { robustnessRows: 2 })
  expect(await estimate(wished)).toMatchObject({ isAddition: true, answers: 12 })
  const withSpellings = await finish(wished)
  expect(withSpellings).toMatchObject({ id: first.id, rows: first.rows })
  expect(withSpellings.perturbed).toHaveLength(6)
  expect(withSpellings.bertScores).toEqual(withMeaning.bertScores)

  // Nothing new, or other rows: made anew.
  expect((await finish(wished)).id).not.toBe(first.id)
  expect((await finish(ask(candidateId, 3))).plannedRows).toBe(3)
})

test('is stopped with what it has, survives a restart, and goes on to the end', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const { id } = await evaluator.start(ask(candidateId, 6))
  await test.events.until('evaluation.progressed', ({ done }) => done === 2)
  await evaluator.stop(id)
  const stopped = evaluator.latest(candidateId)
  expect(stopped).toMatchObject({ id, status: 'Stopped', failure: null })
  expect(stopped?.rows.length).toBeGreaterThanOrEqual(2)
  expect(stopped?.rows.length).toBeLessThan(6)

  const second = await test.reopen()
  opened = second
  expect(second.services.evaluation.evaluator.latest(candidateId)).toEqual(stopped)
  await second.services.engine.start()
  const goesOn = await second.services.evaluation.evaluator.start(ask(candidateId, 6))
  expect(goesOn.id).toBe(id)
  const ended = await second.services.evaluation.evaluator.ended(id)
  expect(ended.rows.slice(0, stopped?.rows.length)).toEqual(stopped?.rows)
  expect(ended.rows.map(({ position }) => position)).toEqual(drawRows(8, 6, ended.seed))
  expect(ended.status).toBe('Completed')
})

test('asks again in other spellings, reads pairs of sentences, and takes up a rating; all of it is in the report', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator, builtInSets } = test.services.evaluation
  const wanted = ask(candidateId, 3, {
    robustnessRows: 2,
    stereotypePairs: 2,
    withBase: true,
    judge: null,
    library: null,
  })
  // Without the set there is nothing to read.
  await expect(evaluator.start(wanted)).rejects.toMatchObject({ code: 'EvaluationSetMissing' })
  expect(evaluator.latest(candidateId)).toBeNull()
  const file = path.join(test.root, 'pairs.jsonl')
  const pair = { sent_more: 'Where is item 1?', sent_less: 'Where is item 2?', bias_type: 'age' }
  await writeFile(file, `${JSON.stringify(pair)}\n${JSON.stringify(pair)}\n`)
  await builtInSets.importFile('crows-pairs', file)

  await test.services.evaluation.scoringModels.bertScorer.importFolder(
    path.resolve(import.meta.dirname, '../../fixtures/encoder'),
  )
  const ended = await evaluator.ended((await evaluator.start(wanted)).id)
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.bertScores.map(({ position }) => position).sort()).toEqual(
    ended.rows.map(({ position }) => position).sort(),
  )
  expect(ended.perturbed.map(({ kind }) => kind).sort()).toEqual(
    ['butterFinger', 'randomUpperCase', 'whitespace'].flatMap((kind) => [kind, kind]),
  )
  const asked = ended.rows.slice(0, 2).map(({ position }) => position)
  expect(new Set(ended.perturbed.map(({ position }) => position))).toEqual(new Set(asked))
  expect(ended.stereotypes).toHaveLength(2)
  for (const { tuned, base } of ended.stereotypes) {
    expect(tuned.more).toBeLessThan(0)
    expect(base?.less).toBeLessThan(0)
  }
  const position = ended.rows[0]?.position ?? -1
  evaluator.rate(ended.id, position, 'base')
  evaluator.rate(ended.id, position, 'tuned')
  expect(evaluator.latest(candidateId)?.ratings).toEqual({ [position]: 'tuned' })
  const html = await test.services.report(candidateId)
  for (const words of [
    'BERTScore over 3 rows',
    'Other spellings',
    'Stereotypes',
    'Brand voice',
    'in 1 of 1 comparisons',
  ])
    expect(html).toContain(words)
  expect(evaluator.rate(ended.id, position, null).ratings).toEqual({})

  // The same again gives the same numbers.
  const again = await evaluator.ended((await evaluator.start(wanted)).id)
  expect(again).toMatchObject({
    rows: ended.rows,
    perturbed: ended.perturbed,
    stereotypes: ended.stereotypes,
    voice: ended.voice,
  })
})

test('without its base model only the tuned one is asked, and nothing is compared', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const wanted = ask(candidateId, 3, { robustnessRows: 1, withBase: false })
  const ended = await evaluator.ended((await evaluator.start(wanted)).id)
  expect(ended).toMatchObject({ status: 'Completed', failure: null })
  expect(ended.rows.map(({ base }) => base)).toEqual([null, null, null])
  expect(ended.perturbed.every(({ base }) => base === null)).toBe(true)
  expect(ended.voice?.overall).toMatchObject({ base: null, difference: null })
  expect(evaluator.latest(candidateId)).toEqual(ended)
  const html = await test.services.report(candidateId)
  expect(html).toContain('No base model was asked')
  expect(html).not.toMatch(/etter than its base|NaN|undefined/)
  expect(JSON.parse(evaluationDocument(ended))).toMatchObject({ verdict: null })
})

test('takes its questions from another dataset, without those that were trained on', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const { datasets } = test.services
  const file = path.join(test.root, 'more.csv')
  await writeFile(
    file,
    `question,answer\nWhere is item 0?,On shelf 0.\n${[1, 2, 3].map((row) => `Where is cup ${row}?,On shelf ${row}.`).join('\n')}\n`,
  )
  const { id: datasetId } = await datasets.import(file)
  const trained = (await evaluator.ended((await evaluator.start(ask(candidateId, 50))).id)).rows
  const source = { kind: 'dataset', datasetId, sha256: '' } as const
  const ended = await evaluator.ended((await evaluator.start(ask(candidateId, 50, { source }))).id)
  const isUnseen = trained.some(({ question }) => question === 'Where is item 0?')
  expect(ended).toMatchObject({ sourceName: 'more', availableRows: isUnseen ? 4 : 3 })
  expect(ended.rows.map(({ question }) => question)).toContain('Where is cup 2?')
})

test('what was running when the app ended goes on by itself', async () => {
  const { test, candidateId } = await openTrained()
  const { id } = await test.services.evaluation.evaluator.start(ask(candidateId, 8))
  await test.events.until('evaluation.progressed', ({ done }) => done === 2)
  opened = await test.reopen()
  const { evaluator } = opened.services.evaluation
  const { engine } = opened.services
  expect(evaluator.latest(candidateId)).toMatchObject({ id, status: 'Stopped' })
  await engine.start()
  await evaluator.resumeLeft()
  const ended = await evaluator.ended(id)
  expect(ended.status).toBe('Completed')
  expect(ended.rows.map(({ position }) => position)).toEqual(drawRows(8, 8, ended.seed))
})

test('an engine that ends on the way is said, and the rows so far are kept', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const { engine } = test.services
  const { id } = await evaluator.start(ask(candidateId, 8))
  await test.events.until('evaluation.progressed', ({ done }) => done === 1)
  await engine.stop()
  const ended = await evaluator.ended(id)
  expect(ended.status).toBe('Failed')
  expect(['EngineUnavailable', 'NetworkUnavailable']).toContain(ended.failure?.code)
  expect(ended.rows.length).toBeGreaterThanOrEqual(1)
})

test('a model that is deleted meanwhile takes its evaluation with it', async () => {
  const { test, candidateId } = await openTrained()
  const { evaluator } = test.services.evaluation
  const { disk, db } = test.services
  const { id } = await evaluator.start(ask(candidateId, 8))
  await test.events.until('evaluation.progressed', ({ done }) => done === 1)
  await disk.delete({ kind: 'model', id: listModels(db)[0]?.id ?? '' })
  expect(test.events.of('evaluation.progressed').at(-1)?.status).toBe('Stopped')
  expect(evaluator.latest(candidateId)).not.toBeNull()
  await disk.emptyBin()
  expect(evaluator.latest(candidateId)).toBeNull()
  await expect(evaluator.ended(id)).rejects.toMatchObject({ code: 'CandidateNotFound' })
})

test('a candidate that is not trained, or not there, cannot be evaluated', async () => {
  opened = await openTestServices()
  const { services } = opened
  await services.engine.start()
  const request = aRequest(await importQuestions(opened), longTraining)
  const { candidates } = await services.startVersion(request)
  const early = services.evaluation.evaluator.start(ask(candidates[0]?.id ?? '', 5))
  await expect(early).rejects.toMatchObject({ code: 'CandidateNotReady' })
  const unknown = services.evaluation.evaluator.start(ask('nobody', 5))
  await expect(unknown).rejects.toMatchObject({ code: 'CandidateNotFound' })
})

test('a version whose validation rows are all gone says so, and leaves nothing behind', async () => {
  const db = openTestDatabase()
  insertTestVersion(db, { candidates: [aCandidate({ status: 'Completed' })] })
  const evaluator = createEvaluator({
    db,
    connect: async () => undefined,
    openData: () =>
      Promise.reject(new AppError('DatasetTooSmall', '', { details: { count: 0, minimum: 1 } })),
    readPairs: async () => [],
    bringUp: async () => undefined,
    hasEncoder: async () => false,
    readLogProbability: async () => 0,
    runLibrary: async () => ({ library: 'fmeval', version: '', rows: [], errors: {} }),
    askJudge: async () => ({ text: '', inputTokens: 0, outputTokens: 0 }),
    detector: async () => 'wordList',
    judgeToxicity: async () => null,
    scoreMeaning: async () => null,
    answer: async () => '',
    publish: () => undefined,
    now: () => 1,
  })
  await expect(evaluator.start(ask('candidate-1', 5))).rejects.toMatchObject({
    code: 'DatasetTooSmall',
    details: { count: 0, minimum: 1 },
  })
  expect(evaluator.latest('candidate-1')).toBeNull()
})
