/** What was written in any format comes in again as it was. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cellText, parseCsv } from '../../../../electron/dataset/csv.ts'
import { applyFixes } from '../../../../electron/dataset/fix.ts'
import { openSource } from '../../../../electron/dataset/intake/source.ts'
import { toUtf8, type Chunks } from '../../../../electron/dataset/textEncoding.ts'
import { exportRows } from '../../../../electron/dataset/workbench/exportRows.ts'
import { findingCodeSchema, type ImportChoice } from '../../../../shared/dataset.ts'
import { dataFormatSchema, type DataFormat } from '../../../../shared/workbench/exportFormat.ts'
import { workbookFile } from '../../../support/zipFile.ts'

const columns = ['question', 'answer', 'product']
const roles = { question: 'question', answer: 'answer' }
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-round-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => `x${text}`),
  fc.constantFrom(
    'a,b',
    '"quoted"',
    'two\nlines',
    'a\tb',
    '你好，世界',
    '=1+1',
    '{"a": [1]}',
    'null',
    '1.0',
    '😀',
  ),
)
/** Empty ones only where a row stays a row without them. */
const rowsOf = fc.array(fc.tuple(cell, cell, fc.oneof(cell, fc.constant(''))), {
  minLength: 1,
  maxLength: 12,
})

async function exported(rows: readonly (readonly string[])[], format: DataFormat): Promise<Buffer> {
  async function* batches() {
    for (let at = 0; at < rows.length; at += 5)
      yield rows.slice(at, at + 5).map((cells, index) => ({ row: at + index + 1, cells }))
  }
  const parts: Uint8Array[] = []
  for await (const chunk of exportRows({ columns, batches: batches() }, { format, roles }).chunks)
    parts.push(chunk)
  return Buffer.concat(parts)
}

async function bytesOf(chunks: Chunks): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

/** Header and rows as they come in. */
async function imported(
  bytes: Uint8Array,
  delimiter = ',',
  choice: ImportChoice = {},
): Promise<string[][]> {
  const path = join(folder, 'file')
  writeFileSync(path, bytes)
  const source = await openSource(path, choice)
  try {
    const text = await bytesOf(toUtf8(source.chunks(), source.encoding))
    return parseCsv(text, { delimiter: delimiter.charCodeAt(0) }).map((record) =>
      record.cells.map((_, index) => cellText(record, index)),
    )
  } finally {
    await source.close()
  }
}

const names: Readonly<Record<DataFormat, readonly string[]>> = {
  csv: ['input', 'output'],
  'csv-columns': columns,
  jsonl: ['prompt', 'completion'],
  'jsonl-chat': ['prompt', 'completion'],
  parquet: columns,
}

test.each(dataFormatSchema.options)('import(export(rows)) gives the rows: %s', async (format) => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const header = names[format]
      const expected = rows.map((cells) => cells.slice(0, header.length))
      const bytes = await exported(rows, format)
      expect(await imported(bytes)).toEqual([[...header], ...expected])
    }),
    { numRuns: 60 },
  )
})

test('import(export(rows)) gives the rows: JSON, an array of objects', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const objects = rows.map((cells) =>
        Object.fromEntries(columns.map((column, index) => [column, cells[index]])),
      )
      const bytes = Buffer.from(JSON.stringify(objects, null, 2))
      expect(await imported(bytes)).toEqual([columns, ...rows])
    }),
    { numRuns: 60 },
  )
})

test('import(export(rows)) gives the rows: tabs between cells', async () => {
  const quoted = (text: string) =>
    /["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const text = [columns, ...rows].map((cells) => `${cells.map(quoted).join('\t')}\n`).join('')
      expect(await imported(Buffer.from(text), '\t')).toEqual([columns, ...rows])
      // Told by hand, what is stored has commas.
      const told = await imported(Buffer.from(text), ',', { delimiter: '\t' })
      expect(told).toEqual([columns, ...rows])
    }),
    { numRuns: 60 },
  )
})

test('import(export(rows)) gives the rows: Excel', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const table = [columns, ...rows].map((cells) => [...cells])
      const came = await imported(workbookFile({ Sheet1: table }))
      // A row of a sheet ends with its last cell that holds something.
      expect(came.map((cells) => columns.map((_, index) => cells[index] ?? ''))).toEqual(table)
    }),
    { numRuns: 30 },
  )
})

test('fixing what is fixed changes nothing', async () => {
  const faulty = fc.constantFrom(
    ' Q? ',
    'A\u00a0',
    'Ã©t',
    '<b>x</b>',
    'Q?',
    'A',
    '',
    '\u200b',
    'a\n\n\n\nb',
    'ann@example.com',
    '"open',
    '\0',
  )
  const table = fc.array(fc.array(faulty, { minLength: 1, maxLength: 3 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const text = `question,answer\nQ?,A\n${rows.map((cells) => cells.join(',')).join('\n')}\n`
      const all = new Set(findingCodeSchema.options)
      const once = await bytesOf(applyFixes([Buffer.from(text)], all).chunks)
      const twice = applyFixes([once], all)
      expect((await bytesOf(twice.chunks)).equals(once)).toBe(true)
      expect([...twice.counts]).toEqual([])
    }),
    { numRuns: 150 },
  )
})
