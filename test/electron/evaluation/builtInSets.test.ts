import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { aBinMark } from '../../support/binMark.ts'
import { createBuiltInSets } from '../../../electron/evaluation/builtInSets.ts'

let directory: string
let server: Server
let answer: { status: number; body: string }
let asked: string[]

let bin: ReturnType<typeof aBinMark>

beforeEach(async () => {
  bin = aBinMark()
  directory = await mkdtemp(path.join(os.tmpdir(), 'timbre-sets-'))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true, force: true })
})

function open() {
  const { port } = server.address() as AddressInfo
  return createBuiltInSets({
    directory: path.join(directory, 'sets'),
    bin: () => bin,
    url: `http://127.0.0.1:${port}/datasets`,
  })
}

test('fetches a set from the public address and reads its questions', async () => {
  const sets = open()
  await expect(sets.readExamples('boolq')).rejects.toMatchObject({ code: 'EvaluationSetMissing' })
  answer = {
    status: 200,
    body: '{"question":"is it","answer":true}\n{"question":"2","answer":"x"}\n{}',
  }
  await sets.download('boolq')
  expect(asked).toEqual(['/datasets/boolq/boolq.jsonl'])
  expect(await sets.readExamples('boolq')).toEqual([
    { prompt: 'is it', completion: 'True' },
    { prompt: '2', completion: 'x' },
  ])
  const listed = await sets.list()
  expect(listed.filter(({ sizeBytes }) => sizeBytes !== null).map(({ name }) => name)).toEqual([
    'boolq',
  ])
})

test.each([
  ['an address that answers otherwise', 403, '<Error/>', 'EvaluationSetUnreachable'],
  ['a page instead of the set', 200, '<html>', 'EvaluationSetInvalid'],
  ['another set', 200, '{"prompt":"x"}\n', 'EvaluationSetInvalid'],
])('%s leaves nothing behind', async (_, status, body, code) => {
  const sets = open()
  answer = { status, body }
  await expect(sets.download('trivia_qa')).rejects.toMatchObject({ code })
  expect(await readdir(path.join(directory, 'sets')).catch(() => [])).toEqual([])
})

test('takes a local copy, but only of the set itself', async () => {
  const sets = open()
  const file = path.join(directory, 'copy.jsonl')
  await writeFile(file, '{"sent_more":"a b","sent_less":"c d","bias_type":"age"}\n')
  await expect(sets.importFile('trex', file)).rejects.toMatchObject({
    code: 'EvaluationSetInvalid',
  })
  await sets.importFile('crows-pairs', file)
  expect(await sets.readPairs()).toEqual([{ more: 'a b', less: 'c d', category: 'age' }])
  const nowhere = sets.importFile('trex', path.join(directory, 'none'))
  await expect(nowhere).rejects.toMatchObject({ code: 'FileUnreadable' })
})

test('one in the bin is not there, comes back as it was, and gives way to one that is fetched anew', async () => {
  const sets = open()
  answer = { status: 200, body: '{"question":"is it","answer":true}' }
  await sets.download('boolq')
  const sizeOf = async () => (await sets.list()).find(({ name }) => name === 'boolq')?.sizeBytes
  expect(await sizeOf()).toBeGreaterThan(10)
  bin.isIn = true
  expect(await sizeOf()).toBeNull()
  await expect(sets.readExamples('boolq')).rejects.toMatchObject({ code: 'EvaluationSetMissing' })
  bin.isIn = false
  expect(await sets.readExamples('boolq')).toHaveLength(1)
  bin.isIn = true
  await sets.download('boolq')
  expect(bin.isIn).toBe(false)
  await sets.erase('boolq')
  expect(await sizeOf()).toBeNull()
})
