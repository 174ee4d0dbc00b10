import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { parseCsv, cellText } from '../../../electron/dataset/csv.ts'
import { exportRows, type ExportOptions } from '../../../electron/dataset/workbench/exportRows.ts'

const columns = ['question', 'answer', 'product']
const roles = { question: 'question', answer: 'answer' }

async function written(
  rows: string[][],
  options: Omit<ExportOptions, 'roles'> & Partial<ExportOptions>,
) {
  async function* batches() {
    for (let at = 0; at < rows.length; at += 3)
      yield rows.slice(at, at + 3).map((cells, index) => ({ row: at + index + 1, cells }))
  }
  const run = exportRows({ columns, batches: batches() }, { roles, ...options })
  const chunks: Uint8Array[] = []
  for await (const chunk of run.chunks) chunks.push(chunk)
  return { bytes: Buffer.concat(chunks), counts: run.counts }
}

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'a,b',
    '"quoted"',
    'two\nlines',
    'CRLF\r\n',
    ' spaces ',
    '你好，世界',
    '=1+1',
    '',
  ),
)
const rowsOf = fc.array(fc.tuple(cell, cell, cell), { maxLength: 12 })
const isFilled = ([question, answer]: readonly string[]) =>
  (question ?? '').trim() !== '' && (answer ?? '').trim() !== ''

function readBack(bytes: Buffer): string[][] {
  return parseCsv(bytes, { delimiter: 0x2c }).map((record) =>
    record.cells.map((_, index) => cellText(record, index)),
  )
}

test('CSV of all columns gives every cell back', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const { bytes, counts } = await written(rows, { format: 'csv-columns' })
      expect(readBack(bytes)).toEqual([columns, ...rows])
      expect(counts).toEqual({ rowCount: rows.length, leftOut: 0 })
    }),
  )
})

test('CSV for Autopilot has input and output, and no row without both', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const { bytes, counts } = await written(rows, { format: 'csv' })
      const filled = rows.filter(isFilled)
      expect(readBack(bytes)).toEqual([
        ['input', 'output'],
        ...filled.map((cells) => cells.slice(0, 2)),
      ])
      expect(counts).toEqual({ rowCount: filled.length, leftOut: rows.length - filled.length })
    }),
  )
})

test('JSON Lines give every pair back, as pairs and as conversations', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const parse = ({ bytes }: { bytes: Buffer }) =>
        bytes
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as unknown)
      const pairs = rows.filter(isFilled).map(([prompt, completion]) => ({ prompt, completion }))
      expect(parse(await written(rows, { format: 'jsonl' }))).toEqual(pairs)
      expect(
        parse(await written(rows, { format: 'jsonl-chat', systemPrompt: 'Be kind.' })),
      ).toEqual(
        pairs.map(({ prompt, completion }) => ({
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: prompt },
            { role: 'assistant', content: completion },
          ],
        })),
      )
    }),
  )
})

test('Parquet gives every cell back', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, async (rows) => {
      const { bytes } = await written(rows, { format: 'parquet' })
      const file = Uint8Array.from(bytes).buffer
      const read = await parquetReadObjects({ file })
      expect(read).toEqual(
        rows.map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index]]))),
      )
    }),
    { numRuns: 40 },
  )
})

test('Parquet in several groups is one file', async () => {
  const rows = Array.from({ length: 45_000 }, (_, index) => [`q${index}`, `a${index}`, ''])
  const { bytes, counts } = await written(rows, { format: 'parquet' })
  const read = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer })
  expect(counts.rowCount).toBe(45_000)
  expect(read).toHaveLength(45_000)
  expect(read[44_999]).toEqual({ question: 'q44999', answer: 'a44999', product: '' })
})

test('columns of context are asked with the question', async () => {
  const { bytes } = await written([['Why?', 'So.', 'lamp']], {
    format: 'csv',
    roles: { ...roles, inputTemplate: 'product: {product}\n\n{question}' },
  })
  expect(readBack(bytes)[1]).toEqual(['product: lamp\n\nWhy?', 'So.'])
})
