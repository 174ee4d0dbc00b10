import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createDatasetService,
  type DatasetService,
} from '../../../../electron/dataset/datasetService.ts'
import { stripesOf } from '../../../../electron/dataset/profile/stripes.ts'
import {
  createWorkbench,
  type Workbench,
} from '../../../../electron/dataset/workbench/workbench.ts'
import { inMemory, openDatabase, type WritableDb } from '../../../../electron/db/database.ts'
import { parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'
import { AppError } from '../../../../shared/errors.ts'
import type { DatasetProfile } from '../../../../shared/workbench/profile.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const document = readFileSync(path.join(root, 'models/timbre-nano-en-zh/tokenizer.json'), 'utf8')
const columns = { question: 'question', answer: 'answer' }

let directory: string
let db: WritableDb
let datasets: DatasetService
let workbench: Workbench

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-profile-'))
  db = openDatabase(inMemory)
  const contentDirectory = path.join(directory, 'content')
  const clock = () => 1000
  datasets = createDatasetService({ db, contentDirectory, publish: () => undefined, clock })
  workbench = createWorkbench({
    ...{ db, datasets, contentDirectory, clock },
    tokenizerOf: async (baseModelId) => ({ baseModelId, document, limit: 60, templateText: 'Q:' }),
    onProgress: () => undefined,
  })
})

afterEach(async () => {
  workbench.close()
  db.close()
  await rm(directory, { recursive: true, force: true })
})

/** Every kind of row that is read in a way of its own, all of a size that makes several stripes. */
function rowsOfAllKinds(count: number): { question: string; answer: string; line: string }[] {
  return Array.from({ length: count }, (_, index) => {
    const subject = 'lamp shade bulb cable switch parcel'.split(' ')[index % 6] ?? ''
    let question = `Where is order ${index} with the ${subject}?`
    let answer = `Happy to help: the ${subject} ${index * 7919} is on its way, and it will be with you soon.`
    if (index % 50 === 1) question = `订单${index}什么时候到？`
    if (index % 50 === 2) answer = `您好，您的订单${index}已经发货，请您耐心等待，谢谢。👩‍💻`
    if (index % 50 === 3) answer = `She said "soon"\nand ${index} more`
    if (index % 50 === 4) answer = ''
    if (index % 50 === 5) question = `Où est la commande ${index}, s'il vous plaît ?`
    if (index % 50 === 6) question = 'Is it?'
    if (index % 500 === 7) [question, answer] = ['Is it so?', 'No.']
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
    return { question, answer, line: `${quoted(question)},${quoted(answer)}` }
  })
}

async function importRows(lines: readonly string[]): Promise<string> {
  const file = path.join(directory, 'rows.csv')
  await writeFile(file, `question,answer\n${lines.join('\n')}\n`)
  return (await datasets.import(file)).id
}

const without = ({ seconds: _, ...profile }: DatasetProfile) => profile

test('counts in threads what a look at each row counts', { timeout: 120_000 }, async () => {
  const rows = rowsOfAllKinds(60_000)
  const id = await importRows(rows.map(({ line }) => line))
  const index = await datasets.rowStore.open(datasets.get(id).contentSha256)
  expect(stripesOf(index).length).toBeGreaterThan(3)
  const request = { datasetId: id, columns, baseModelId: 'nano' }
  const profile = await workbench.profile(request)

  const filled = rows.filter(({ answer }) => answer !== '')
  const tokenizer = parseTokenizer(JSON.parse(document))
  const lengthOf = (text: string) => tokenizer.encode(text).length
  const questions = filled.map(({ question }) => lengthOf(question))
  const answers = filled.map(({ answer }) => lengthOf(answer))
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const totals = questions.map((length, at) => length + (answers[at] ?? 0) + lengthOf('Q:') + 1)
  const pairs = filled.map(({ line }) => line)
  const answersOf = Map.groupBy(new Set(pairs), (line) => line.split('","')[0])
  expect(profile).toMatchObject({
    rowCount: 60_000,
    filledRowCount: filled.length,
    question: { total: sum(questions), max: Math.max(...questions) },
    answer: { total: sum(answers), max: Math.max(...answers) },
    overLimit: { count: totals.filter((total) => total > 60).length },
    exactDuplicates: { count: pairs.length - new Set(pairs).size },
    conflicts: {
      count: sum([...answersOf.values()].map(({ length }) => (length > 1 ? length : 0))),
    },
    shortAnswers: { count: filled.filter(({ answer }) => answer.length < 4).length },
  })
  expect(profile.exactDuplicates.rows.map(({ row }) => row).slice(0, 2)).toEqual([508, 1008])
  expect(profile.topicRowCount).toBeLessThan(filled.length)
  const counted = sum(profile.topics.map(({ count }) => count)) + profile.withoutTopic
  expect(Math.abs(counted - filled.length)).toBeLessThan(20)

  // In another run, whatever thread was first, it is the same.
  await workbench.setRoles(id, columns)
  const again = await workbench.profile({
    ...request,
    columns: { ...columns, inputTemplate: '{question}' },
  })
  expect({ ...without(again), columns }).toEqual(without(profile))
})

test(
  'profiles rows with edits over them as it does once they are saved',
  { timeout: 120_000 },
  async () => {
    const id = await importRows(rowsOfAllKinds(45_000).map(({ line }) => line))
    await workbench.edit(id, {
      kind: 'delete',
      rows: [
        [10, 2000],
        [30_000, 30_010],
      ],
    })
    await workbench.edit(id, { kind: 'set', row: 3, column: 0, value: '写过的问题？' })
    await workbench.edit(id, {
      ...{ kind: 'replace', find: 'soon', replacement: 'in a "few" days' },
      ...{ column: 1, matchCase: true, wholeCell: false },
    })
    await workbench.edit(id, {
      kind: 'add',
      rows: [
        ['Added?', 'Yes.'],
        ['Added too?', ''],
      ],
    })
    const counts = (profile: DatasetProfile) => {
      const { question, answer, rowCount, filledRowCount, languages, overLimit } = profile
      const { exactDuplicates, nearDuplicates, conflicts, shortAnswers } = profile
      return {
        ...{ question, answer, rowCount, filledRowCount, languages },
        counts: [overLimit, exactDuplicates, nearDuplicates, conflicts, shortAnswers].map(
          (found) => found?.count,
        ),
      }
    }
    const request = { datasetId: id, columns, baseModelId: 'nano' }
    const before = counts(await workbench.profile(request))
    await workbench.save(id)
    expect(counts(await workbench.profile(request))).toEqual(before)
  },
)

test('ends at once when it is cancelled', { timeout: 60_000 }, async () => {
  const id = await importRows(rowsOfAllKinds(60_000).map(({ line }) => line))
  const running = workbench.profile({ datasetId: id, columns, baseModelId: 'nano' })
  const ended = running.catch((error: unknown) => error)
  await new Promise((resolve) => setTimeout(resolve, 400))
  const began = performance.now()
  workbench.cancel(id, 'profile')
  expect(await ended).toEqual(expect.objectContaining({ code: 'Cancelled' }))
  expect(await ended).toBeInstanceOf(AppError)
  expect(performance.now() - began).toBeLessThan(1000)
})
