/**
 * The scan looks at a row's text only where the kernel raised a flag, and compares rows by hashes. Here the same is done the
 * plain way, every check on every cell and rows compared as they are, and both have to count the same.
 */
import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findBadCharacters } from '../../../electron/dataset/characters.ts'
import { cellChecks } from '../../../electron/dataset/checks/cellChecks.ts'
import {
  cellBytes,
  cellText,
  isBlank,
  isBlankCell,
  parseCsv,
} from '../../../electron/dataset/csv.ts'
import { scanContent } from '../../../electron/dataset/scan.ts'
import {
  detectEncoding,
  markLength,
  toUtf8,
  type Chunks,
} from '../../../electron/dataset/textEncoding.ts'
import type { FindingCode, ScanReport } from '../../../shared/dataset.ts'
import { AppError } from '../../../shared/errors.ts'
import { collect } from '../../support/collect.ts'
import { hostileFiles } from '../../support/hostileFiles.ts'

const plainlyAtMost = 200_000

type Counts = Partial<Record<FindingCode, number>>

const counted: readonly FindingCode[] = [
  ...cellChecks.map(({ code }) => code),
  ...(['invalid-utf8', 'control-character', 'unbalanced-quote', 'ragged-row'] as const),
  ...(['empty-question', 'empty-answer', 'duplicate-row', 'repeated-pair'] as const),
  ...(['conflicting-answer', 'answer-repeats-question'] as const),
]

function plainly(text: Buffer, report: ScanReport): Counts {
  const counts: Counts = {}
  const add = (code: FindingCode, places = 1) => {
    if (places > 0) counts[code] = (counts[code] ?? 0) + places
  }
  const delimiter = report.delimiter.charCodeAt(0)
  const columnCount = report.columns.length
  const question = report.columns.indexOf(report.suggestedRoles?.question ?? '')
  const answer = report.columns.indexOf(report.suggestedRoles?.answer ?? '')
  const rowsSeen = new Set<string>()
  const answersSeen = new Map<string, Set<string>>()
  let hasHeader = false
  for (const record of parseCsv(text, { delimiter, columnCount })) {
    if (record.length === 0) continue
    for (const { kind } of findBadCharacters(record.bytes)) add(kind)
    if (!hasHeader) {
      if (record.unbalancedQuoteLine !== null) add('unbalanced-quote')
      hasHeader = !isBlank(record)
      continue
    }
    if (isBlank(record)) continue
    record.cells.forEach((_, index) => {
      for (const check of cellChecks) {
        // What is no UTF-8 is told as that, not as characters that are lost.
        if (check.code === 'lost-character' && !isUtf8(record.bytes)) continue
        add(check.code, check.find(cellText(record, index)).length)
      }
    })
    if (record.unbalancedQuoteLine !== null) add('unbalanced-quote')
    const isRagged = record.cells.length !== columnCount
    if (isRagged) add('ragged-row')
    if (isRagged || record.unbalancedQuoteLine !== null) continue
    const [hasNoQuestion, hasNoAnswer] = [
      isBlankCell(record, question),
      isBlankCell(record, answer),
    ]
    if (hasNoQuestion) add('empty-question')
    if (hasNoAnswer) add('empty-answer')
    if (hasNoQuestion || hasNoAnswer) continue
    const cells = record.cells.map((_, index) => cellBytes(record, index).toString('latin1'))
    const [asked = '', answered = ''] = [cells[question], cells[answer]]
    const row = JSON.stringify(cells)
    if (rowsSeen.has(row)) {
      add('duplicate-row')
      continue
    }
    rowsSeen.add(row)
    const answers = answersSeen.get(asked) ?? new Set()
    if (answers.has(answered)) add('repeated-pair')
    else if (answers.size > 0) add('conflicting-answer')
    answersSeen.set(asked, answers.add(answered))
    if (asked === answered) add('answer-repeats-question')
  }
  return counts
}

function counts({ findings, advice }: ScanReport): Counts {
  const all = [...findings, ...advice].filter(({ code }) => counted.includes(code))
  return Object.fromEntries(all.map(({ code, count }) => [code, count]))
}

async function* wholly(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** In pieces of `size` bytes. */
function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return pieces
}

test('the hostile files: the same findings as by plain means', async () => {
  let compared = 0
  for (const [name, bytes] of hostileFiles()) {
    // Every check on each of half a million cells would take minutes.
    if (bytes.length > plainlyAtMost) continue
    const encoding = detectEncoding(bytes)
    const report = await scanContent([bytes]).catch((error: unknown) => {
      if (error instanceof AppError) return null
      throw error
    })
    if (!report) continue
    const text = Buffer.concat(
      (await collect(wholly(toUtf8([bytes], encoding)))).map((part) => Buffer.from(part)),
    )
    const body = text.subarray(encoding === 'utf-8' ? markLength(text) : 0)
    expect([name, counts(report)]).toEqual([name, plainly(body, report)])
    compared += 1
  }
  expect(compared).toBeGreaterThan(250)
}, 600_000)

/** What the checks look for, and what only looks like it. */
const pieces = [
  ...['ann@example.com', 'a@b', '@', 'someone.else+tag@mail.example.co.uk'],
  ...[
    '+49 30 901820',
    '+1  2  3  4  5  6  78',
    '13812345678',
    '138 1234 5678',
    '(212) 555-0123',
    '010-12345678',
  ],
  ...['4111 1111 1111 1111', '4111111111111111', '5500-0000-0000-0004', '1234567890123456'],
  ...['078-05-1120', '11010519491231002X', '110105194912310021', '1234567', '2024-01-31'],
  ...[
    'AKIAIOSFODNN7EXAMPLE',
    'sk-abcdefghijklmnopqrstuvwx',
    'https://example.com/a/long/path?with=query',
  ],
  ...['<b>', '</p>', '<br/>', '&nbsp;', '&#8217;', 'a < b', '<name>', '&'],
  ...['Ã©', 'â€™', 'Ã¤Â½Â', 'Â°', 'É®', '锟斤拷', '\ufffd', 'ï¿½'],
  ...[
    '\u00a0',
    '\u200b',
    '\u3000',
    '\u3000\u3000',
    '\u2028',
    '\u202e',
    '\u00ad',
    '\u2019',
    '\ufeff',
  ],
  ...['\0', '\u0007', '\u007f', '\u0085', '\ufffe', '\t'],
  ...[
    '=SUM(A1)',
    '-5',
    '+',
    '@home',
    '- item',
    '=',
    ' ',
    '  ',
    '\n',
    '\n\n\n',
    '\r\n\r\n\r\n',
    '\r',
  ],
  ...['"', '""', ',', 'how can I return it', '您可以退货', 'ok', 'é', '👍', ''],
] as const
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const cell = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.constantFrom(...pieces), { maxLength: 6 })
      .map((parts) => quoted(parts.join(''))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(40), fc.constantFrom(...pieces))
      .map(([before, piece]) => quoted('x '.repeat(before) + piece)),
  },
  { weight: 1, arbitrary: fc.constantFrom('Q?', 'A', 'plain text', '', '"open', 'a"b', '"x"y') },
)
const row = fc.oneof(
  { weight: 9, arbitrary: fc.tuple(cell, cell).map((cells) => cells.join(',')) },
  { weight: 1, arbitrary: fc.array(cell, { maxLength: 3 }).map((cells) => cells.join(',')) },
)

test('any table: the same findings as by plain means, however it comes in', async () => {
  const table = fc.array(row, { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 400 }), async (rows, size) => {
      const text = Buffer.from(`question,answer\nQ?,A\n${rows.join('\n')}`)
      const report = await scanContent(cut(text, size))
      expect(counts(report)).toEqual(plainly(text, report))
    }),
    { numRuns: 400 },
  )
}, 600_000)
