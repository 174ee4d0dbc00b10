import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cellText,
  encodeRecord,
  parseCsv,
  readCsv,
  type CsvRecord,
} from '../../../electron/dataset/csv.ts'
import { collect } from '../../support/collect.ts'

const comma = 0x2c

function cells(record: CsvRecord): string[] {
  return record.cells.map((_, index) => cellText(record, index))
}

function read(text: string | Buffer, delimiter = comma): CsvRecord[] {
  return parseCsv(Buffer.from(text as string), { delimiter })
}

async function readInChunks(bytes: Buffer, size: number): Promise<CsvRecord[]> {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  const batches = await collect(readCsv(chunks, { delimiter: comma }))
  return batches.flat()
}

/** Line, cells, and the line of an unbalanced quote. */
function summary(records: readonly CsvRecord[]): unknown[] {
  return records.map((record) => [record.line, cells(record), record.unbalancedQuoteLine])
}

test.each<[name: string, text: string, rows: [number, string[], number | null][]]>([
  [
    'reads plain rows',
    'a,b\n1,2\n',
    [
      [1, ['a', 'b'], null],
      [2, ['1', '2'], null],
    ],
  ],
  [
    'reads a last row without a line end',
    'a,b\n1,2',
    [
      [1, ['a', 'b'], null],
      [2, ['1', '2'], null],
    ],
  ],
  [
    'reads CRLF',
    'a,b\r\n1,2\r\n',
    [
      [1, ['a', 'b'], null],
      [2, ['1', '2'], null],
    ],
  ],
  [
    'reads CR',
    'a,b\r1,2\r',
    [
      [1, ['a', 'b'], null],
      [2, ['1', '2'], null],
    ],
  ],
  [
    'gives a blank line one empty cell',
    'a\n\nb',
    [
      [1, ['a'], null],
      [2, [''], null],
      [3, ['b'], null],
    ],
  ],
  [
    'reads delimiters, quotes and line ends inside quotes',
    'a,b\n"x, ""y""\r\nz",2\n3,4',
    [
      [1, ['a', 'b'], null],
      [2, ['x, "y"\r\nz', '2'], null],
      [4, ['3', '4'], null],
    ],
  ],
  [
    'reads empty cells',
    ',\n"",',
    [
      [1, ['', ''], null],
      [2, ['', ''], null],
    ],
  ],
  [
    'keeps a quote inside an unquoted cell',
    'a,b\n5" pipe,x',
    [
      [1, ['a', 'b'], null],
      [2, ['5" pipe', 'x'], null],
    ],
  ],
  [
    'ends a cell whose quote never closes with its line',
    'a,b\n1,"two, three\n4,5\n',
    [
      [1, ['a', 'b'], null],
      [2, ['1', 'two, three'], 2],
      [3, ['4', '5'], null],
    ],
  ],
  [
    'drops a quote that hides a delimiter',
    'a,b\n"1,2\n3,4\n',
    [
      [1, ['a', 'b'], null],
      [2, ['1', '2'], 2],
      [3, ['3', '4'], null],
    ],
  ],
  [
    'stops at the next opening quote',
    'a,b\n1,"two\n3,"four, five"\n6,7\n',
    [
      [1, ['a', 'b'], null],
      [2, ['1', 'two'], 2],
      [3, ['3', 'four, five'], null],
      [4, ['6', '7'], null],
    ],
  ],
  [
    'reads undoubled quotes inside a quoted cell',
    'a,b\n"say "hi" now",2\n3,4',
    [
      [1, ['a', 'b'], null],
      [2, ['say "hi" now', '2'], 2],
      [3, ['3', '4'], null],
    ],
  ],
  [
    'goes on after an unclosed first cell before a quoted one',
    'a,b\n"1,"two, three"\n4,5',
    [
      [1, ['a', 'b'], null],
      [2, ['1', 'two, three'], 2],
      [3, ['4', '5'], null],
    ],
  ],
  [
    'names the line on which the quote opens, inside a row of several lines',
    'a,b,c\n"1\n1",2,"three\n4,5,6\n',
    [
      [1, ['a', 'b', 'c'], null],
      [2, ['1\n1', '2', 'three'], 3],
      [4, ['4', '5', '6'], null],
    ],
  ],
  [
    'takes a lone quote at the end',
    'a,b\n1,"',
    [
      [1, ['a', 'b'], null],
      [2, ['1', ''], 2],
    ],
  ],
])('%s', async (_, text, rows) => {
  expect(summary(read(text))).toEqual(rows)
  for (const size of [1, 2, 3, 7]) {
    expect(summary(await readInChunks(Buffer.from(text), size))).toEqual(rows)
  }
})

test('reads nothing from nothing', () => {
  expect(read('')).toEqual([])
})

test('keeps every byte, valid or not', async () => {
  await fc.assert(
    fc.asyncProperty(hostileBytes(), fc.integer({ min: 1, max: 9 }), async (bytes, size) => {
      const records = await readInChunks(bytes, size)
      expect(Buffer.concat(records.map((record) => record.bytes))).toEqual(bytes)
      expect(summary(records)).toEqual(summary(read(bytes)))
    }),
  )
})

test('numbers lines as an editor does', () => {
  fc.assert(
    fc.property(hostileBytes(), (bytes) => {
      let line = 1
      for (const record of read(bytes)) {
        expect(record.line).toBe(line)
        line += (record.bytes.toString('latin1').match(/\r\n|\r|\n/g) ?? []).length
      }
    }),
  )
})

const delimiterArbitrary = fc.constantFrom(',', ';', '\t', '|')

test('agrees with csv-parse on valid CSV of any delimiter and line end', () => {
  const cell = fc.stringMatching(/^[a-c ,;|"\t\n\r\u4e00\u{1f600}]{0,6}$/u)
  const table = fc.integer({ min: 2, max: 4 }).chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
  fc.assert(
    fc.property(table, delimiterArbitrary, lineEnd, fc.boolean(), (rows, delimiter, end, eof) => {
      const text = stringify(rows, { delimiter, record_delimiter: end, quoted: true, eof })
      const ours = read(text, delimiter.charCodeAt(0))
      const theirs = parse(text, { delimiter, record_delimiter: end, bom: false })
      expect(ours.map(cells)).toEqual(theirs)
      expect(ours.every((record) => record.unbalancedQuoteLine === null)).toBe(true)
    }),
  )
})

test('writes a row that reads back as the same cells', () => {
  fc.assert(
    fc.property(hostileBytes(), delimiterArbitrary, (bytes, delimiter) => {
      const code = delimiter.charCodeAt(0)
      for (const record of read(bytes, code)) {
        const again = read(encodeRecord(record, code), code)
        if (record.length > 0) expect(again.map(cells)).toEqual([cells(record)])
      }
    }),
  )
})

test.each([
  ['unquoted', (text: string) => text],
  ['quoted', (text: string) => `"${text}"`],
])('refuses a cell over one million bytes, %s, and names its place', async (_, wrap) => {
  const text = `a,b\n1,2\n3,${wrap('x'.repeat(1_000_001))}\n`
  await expect(readInChunks(Buffer.from(text), 65_536)).rejects.toMatchObject({
    code: 'CellTooLarge',
    details: { line: 3, column: 2 },
  })
})

test('reads a cell of one million bytes', async () => {
  const text = `a,b\n1,"${'x'.repeat(999_990)}"\n`
  expect(await readInChunks(Buffer.from(text), 65_536)).toHaveLength(2)
})

test('tells a quote that is never closed in a large file from a cell that is too large', async () => {
  const rows = Array.from({ length: 120_000 }, (_, index) => `question ${index},answer\n`)
  const text = `a,b\n1,"unclosed\n${rows.join('')}`
  const records = await readInChunks(Buffer.from(text), 65_536)
  expect(records).toHaveLength(rows.length + 2)
  expect(records.filter((record) => record.unbalancedQuoteLine !== null)).toHaveLength(1)
})

test('reads a row of ten thousand columns', async () => {
  const text = `${Array.from({ length: 10_000 }, (_, index) => index).join(',')}\n`
  const [record] = await readInChunks(Buffer.from(text.repeat(2)), 1000)
  expect(record?.cells).toHaveLength(10_000)
})

function hostileBytes() {
  const piece = fc.constantFrom(
    ...[
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '\r',
      'a',
      'bc',
      ' ',
      '\0',
      '\u0001',
      '问',
      '\ufeff',
      '\u0085',
    ],
    ...['"a"', ',"', '",', '"\n'],
  )
  const invalid = fc.constantFrom([0xff], [0xe9], [0xe4, 0xbd], [0xc0, 0xaf], [0xed, 0xa0, 0x80])
  return fc
    .array(
      fc.oneof(
        { weight: 9, arbitrary: piece.map((text) => Buffer.from(text)) },
        invalid.map((bytes) => Buffer.from(bytes)),
      ),
      { maxLength: 30 },
    )
    .map((parts) => Buffer.concat(parts))
}
