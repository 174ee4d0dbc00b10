import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCommandLine, type CommandLine } from '../../support/commandLine.ts'

let timbre: CommandLine

beforeEach(async () => {
  timbre = await openCommandLine()
})
afterEach(() => timbre.remove())

test('writes a file as conversations, and keeps nothing of it', async () => {
  const out = path.join(timbre.directory, 'chat.jsonl')
  const { code, stdout, stderr } = await timbre.run(
    ...['export-data', timbre.csv, '--format', 'jsonl-chat', '--out', out],
    ...['--system', 'Be kind.', '--json'],
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toEqual({ out, rowCount: 24, leftOut: 1 })
  const [first = ''] = (await readFile(out, 'utf8')).split('\n')
  expect(JSON.parse(first)).toEqual({
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Where is item 0?' },
      { role: 'assistant', content: 'On shelf 0.' },
    ],
  })
  expect(await readdir(timbre.dataDirectory).catch(() => [])).toEqual([])
})

test('says what is wrong when there is no such file or dataset, or no such column', async () => {
  const out = path.join(timbre.directory, 'out.csv')
  const missing = await timbre.run('export-data', 'nobody', '--format', 'csv', '--out', out)
  expect(missing.code).toBe(1)
  const column = ['--input', 'nope']
  const wrong = await timbre.run(
    'export-data',
    timbre.csv,
    '--format',
    'csv',
    '--out',
    out,
    ...column,
  )
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('There is no column “nope”')
})
