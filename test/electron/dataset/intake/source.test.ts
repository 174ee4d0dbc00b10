import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSource } from '../../../../electron/dataset/intake/source.ts'
import { toUtf8 } from '../../../../electron/dataset/textEncoding.ts'
import type { ImportChoice } from '../../../../shared/dataset.ts'
import { collect } from '../../../support/collect.ts'
import { encodeAs } from '../../../support/encodeAs.ts'
import { workbookFile, zipFile } from '../../../support/zipFile.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-source-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(name: string, content: string | Buffer, choice: ImportChoice = {}) {
  const path = join(folder, name)
  writeFileSync(path, content)
  const source = await openSource(path, choice)
  try {
    const text = (await collect(toUtf8(source.chunks(), source.encoding) as AsyncIterable<Buffer>))
      .map((chunk) => chunk.toString())
      .join('')
    return { text, lineage: source.lineage, faults: source.faults }
  } finally {
    await source.close()
  }
}

const csv = 'question,answer\nQ?,A\n'

test('reads delimited text as it is', async () => {
  expect(await read('a.csv', csv)).toMatchObject({
    text: csv,
    lineage: { format: 'csv', encoding: 'utf-8' },
  })
})

test('finds the encoding of a file that is ASCII for its first 64 KB', async () => {
  const rows = 'What is it?,It is a lamp.\n'.repeat(8000)
  const chinese = '如何退货？,您可以在三十天内退货，请保留收据。\n'.repeat(4000)
  const content = Buffer.concat([
    Buffer.from(`question,answer\n${rows}`),
    encodeAs('gb18030', chinese),
  ])
  const { text, lineage } = await read('a.csv', content)
  expect(lineage.encoding).toBe('gb18030')
  expect(text.endsWith(chinese)).toBe(true)
})

test('takes encoding and delimiter as they are told', async () => {
  const content = encodeAs('windows-1252', 'q#a\n"Grüße, #1"#B\n')
  const told = await read('a.txt', content, { encoding: 'windows-1252', delimiter: '#' })
  expect(told.text).toBe('q,a\n"Grüße, #1",B\n')
  expect(told.lineage).toMatchObject({ encoding: 'windows-1252', delimiter: '#' })
})

test.each([
  ['lines', '{"prompt":"Q?","completion":"A"}\n{"prompt":"R?","completion":"B, \\"b\\""}\n'],
  ['an array', '[{"prompt":"Q?","completion":"A"},\n {"prompt":"R?","completion":"B, \\"b\\""}]'],
  [
    'an object around it',
    '{"data":[{"prompt":"Q?","completion":"A"},{"prompt":"R?","completion":"B, \\"b\\""}]}',
  ],
])('reads JSON: %s', async (_, content) => {
  const { text, lineage } = await read('a.jsonl', content)
  expect(text).toBe('prompt,completion\nQ?,A\nR?,"B, ""b"""\n')
  expect(lineage.format).toBe('json')
})

test('reads chat messages: system, history, the last question and its answer', async () => {
  const messages = [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello!' },
    { role: 'user', content: [{ type: 'text', text: 'Q?' }] },
    { role: 'assistant', content: 'A' },
  ]
  const { text } = await read('a.jsonl', `${JSON.stringify({ messages })}\n`)
  expect(text).toBe(
    'prompt,completion,system,history\nQ?,A,Be kind.,"user: Hi\nassistant: Hello!"\n',
  )
})

test('reads ShareGPT conversations', async () => {
  const conversations = [
    { from: 'human', value: '你好？' },
    { from: 'gpt', value: '您好！' },
  ]
  const { text } = await read('a.json', JSON.stringify([{ conversations, system: '客服' }]))
  expect(text).toBe('prompt,completion,system\n你好？,您好！,客服\n')
})

test("reads Alpaca's and LLaMA-Factory's files", async () => {
  const row = { instruction: 'I', input: 'X', output: 'O', history: [['q', 'a']] }
  const { text } = await read('a.json', JSON.stringify([{ instruction: 'J', output: 'P' }, row]))
  expect(text).toBe('instruction,output,input,history\nJ,P,,\nI,O,X,"user: q\nassistant: a"\n')
})

test.each([
  [
    'turns without a text',
    { messages: [{ role: 'user' }, { role: 'assistant', content: null }] },
    ['prompt,completion', ','],
  ],
  [
    'turns that are none',
    { messages: [{ role: 1, content: 'A' }] },
    ['messages', '"[{""role"":1,""content"":""A""}]"'],
  ],
  ['no list', { conversations: 'Q' }, ['conversations', 'Q']],
  [
    'a history of threes',
    { output: 'O', history: [['a', 'b', 'c']] },
    ['output,history', 'O,"[[""a"",""b"",""c""]]"'],
  ],
])('reads as it stands what is only like a conversation: %s', async (_, row, lines) => {
  const { text } = await read('a.jsonl', `${JSON.stringify(row)}\n`)
  expect(text).toBe(`${lines.join('\n')}\n`)
})

test('a key can have any name', async () => {
  const { text } = await read('a.jsonl', '{"__proto__":"Q","constructor":"A"}\n')
  expect(text).toBe('__proto__,constructor\nQ,A\n')
})

test('goes on after damaged JSON lines, and tells of each', async () => {
  const lines = [
    '{"q":"1","a":"1"}',
    '{"q":"2","a":',
    '{"q":"3","a":"3"}',
    'nonsense',
    '{"q":"4',
    '{"q":"5","a":"5"}',
    '42',
  ]
  const { text, faults } = await read('a.jsonl', `${lines.join('\n')}\n`)
  const answers = text.trim().split('\n').slice(1)
  expect(answers).toContain('1,1')
  expect(answers).toContain('5,5')
  expect(answers.length + faults.count).toBeGreaterThanOrEqual(6)
  expect(faults.first.map(({ line }) => line)).toContain(4)
})

test('reads the chosen sheet of a workbook', async () => {
  const content = workbookFile({
    First: [
      ['question', 'answer'],
      ['Q?', 'A'],
      ['', null],
      ['R <b>?', 1.5],
    ],
    'Second & last': [
      [],
      ['frage', 'antwort', 'seit'],
      ['F?', 'B', new Date('2024-02-29T00:00:00Z')],
    ],
  })
  const first = await read('a.xlsx', content)
  expect(first.text).toBe('question,answer\nQ?,A\n,\nR <b>?,1.5\n')
  expect(first.lineage).toMatchObject({
    format: 'xlsx',
    sheet: 'First',
    sheets: ['First', 'Second & last'],
  })
  const second = await read('a.xlsx', content, { sheet: 'Second & last' })
  expect(second.text).toBe('frage,antwort,seit\nF?,B,2024-02-29\n')
  await expect(read('a.xlsx', content, { sheet: 'Third' })).rejects.toMatchObject({
    code: 'SheetNotFound',
  })
})

test('reads Parquet', async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => index)
  const content = Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: 'question', data: rows.map((index) => `Q${index}?`), type: 'STRING' },
        { name: 'answer', data: rows.map((index) => `A${index}`), type: 'STRING' },
      ],
    }),
  )
  const { text, lineage } = await read('a.parquet', content)
  expect(lineage.format).toBe('parquet')
  expect(text.split('\n')).toHaveLength(5002)
  expect(text.endsWith('Q4999?,A4999\n')).toBe(true)
})

test('unpacks gzip and zip, and leaves nothing unpacked behind', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('timbre-')).length
  expect((await read('a.csv.gz', gzipSync(csv))).text).toBe(csv)
  const archive = zipFile([
    { name: 'readme.md', content: 'x' },
    { name: 'data/a.csv', content: csv },
    { name: 'b.jsonl', content: '{"prompt":"Q?","completion":"A"}' },
  ])
  const zipped = await read('a.zip', archive)
  expect(zipped).toMatchObject({
    text: csv,
    lineage: { packing: 'zip', entry: 'data/a.csv', entries: ['data/a.csv', 'b.jsonl'] },
  })
  const other = await read('a.zip', archive, { entry: 'b.jsonl' })
  expect(other).toMatchObject({ text: 'prompt,completion\nQ?,A\n', lineage: { format: 'json' } })
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('timbre-')).length
  expect(after).toBeLessThanOrEqual(before)
})

test.each([
  ['a zip bomb', zipFile([{ name: 'a.csv', content: Buffer.alloc(110_000_000) }]), 'ArchiveUnsafe'],
  ['a gzip bomb', gzipSync(Buffer.alloc(110_000_000)), 'ArchiveUnsafe'],
  [
    'a zip whose sizes lie',
    zipFile([{ name: 'a.csv', content: csv.repeat(100), claimedSize: 10 }]),
    'FileDamaged',
  ],
  ['a path out of the folder', zipFile([{ name: '../../a.csv', content: csv }]), 'FileDamaged'],
  ['a zip without tables', zipFile([{ name: 'a.png', content: 'x' }]), 'ArchiveNothingUsable'],
  [
    'a zip in a zip',
    zipFile([{ name: 'a.csv', content: zipFile([{ name: 'b.csv', content: csv }]) }]),
    'FileNotText',
  ],
  ['cut gzip', gzipSync(csv.repeat(1000)).subarray(0, 40), 'FileDamaged'],
  ['a damaged workbook', workbookFile({ A: [['q', 'a']] }).subarray(0, 600), 'FileDamaged'],
  ['damaged Parquet', Buffer.from('PAR1 and then nothing that is any PAR1'), 'FileDamaged'],
])('refuses %s', async (_, content, code) => {
  await expect(read('a.bin', content as Buffer)).rejects.toMatchObject({ code })
})
