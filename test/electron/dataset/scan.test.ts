import { expect, test } from 'vitest'
import { scanContent } from '../../../electron/dataset/scan.ts'
import { encodeAs } from '../../support/encodeAs.ts'
import type { FindingCode, FindingExample, ScanReport } from '../../../shared/dataset.ts'

function scan(content: string | Buffer): Promise<ScanReport> {
  return scanContent([typeof content === 'string' ? Buffer.from(content) : content])
}

/** Code, count, and line and row of each example. */
function places({ findings }: ScanReport) {
  return findings.map(({ code, count, examples }) => [
    code,
    count,
    examples.map(({ line, row }) => [line, row]),
  ])
}

type Places = [FindingCode, number, [line: number, row: number | null][]][]

const head = 'question,answer\n'
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')

test.each<[name: string, content: string | Buffer, expected: Places, usable: number]>([
  ['finds nothing in a clean file', `${head}Q?,A\nR?,B\n`, [], 2],
  ['finds nothing in a clean file without a last line end', `${head}Q?,A`, [], 1],
  [
    'finds extra newlines at the end',
    `${head}Q?,A\n\n\n`,
    [['trailing-newline', 2, [[3, null]]]],
    1,
  ],
  [
    'finds extra CRLF at the end',
    'question,answer\r\nQ?,A\r\n\r\n',
    [['trailing-newline', 1, [[3, null]]]],
    1,
  ],
  ['finds a byte-order mark', `\ufeff${head}Q?,A\n`, [['byte-order-mark', 1, [[1, null]]]], 1],
  [
    'finds blank rows between rows, also of spaces and delimiters',
    `${head}Q?,A\n\n  \n , \nR?,B\n`,
    [
      [
        'blank-row',
        3,
        [
          [3, 2],
          [4, 3],
          [5, 4],
        ],
      ],
    ],
    2,
  ],
  ['finds blank lines before the header', `\n${head}Q?,A\n`, [['blank-row', 1, [[1, null]]]], 1],
  [
    'finds rows with too few and too many cells',
    `${head}Q?\nR?,B,C\nS?,D,\n`,
    [
      [
        'ragged-row',
        3,
        [
          [2, 1],
          [3, 2],
          [4, 3],
        ],
      ],
    ],
    0,
  ],
  [
    'finds empty questions and answers',
    `${head},A\nR?,  \nS?,C\n`,
    [
      ['empty-question', 1, [[2, 1]]],
      ['empty-answer', 1, [[3, 2]]],
    ],
    1,
  ],
  [
    'finds exact repetitions, however they are quoted',
    `${head}Q?,A\nR?,B\n"Q?",A\nQ?,A \n`,
    [
      ['duplicate-row', 1, [[4, 3]]],
      ['conflicting-answer', 1, [[5, 4]]],
      ['edge-space', 1, [[5, 4]]],
    ],
    3,
  ],
  [
    'finds pairs that come again beside other cells, and tells them from other answers',
    'id,question,answer\n1,Q?,A\n2,Q?,A\n3,Q?,B\n4,Q?,B\n4,Q?,B\n',
    [
      ['duplicate-row', 1, [[6, 5]]],
      [
        'repeated-pair',
        2,
        [
          [3, 2],
          [5, 4],
        ],
      ],
      ['conflicting-answer', 1, [[4, 3]]],
    ],
    4,
  ],
  [
    'finds a quote that is never closed',
    `${head}Q?,"A\nR?,B\n`,
    [['unbalanced-quote', 1, [[2, 1]]]],
    1,
  ],
  [
    'finds control characters',
    `${head}Q\0?,A\u0007\nR?,\u007fB\u0085\uffff\n`,
    [
      [
        'control-character',
        5,
        [
          [2, 1],
          [2, 1],
          [3, 2],
        ],
      ],
    ],
    2,
  ],
  [
    'finds a control character on a later line of a cell',
    `${head}Q?,"A\nb\u0008"\n`,
    [['control-character', 1, [[3, 1]]]],
    1,
  ],
  [
    'finds a byte-order mark inside, where files were joined',
    `${head}Q?,A\n\ufeffR?,B\n`,
    [['control-character', 1, [[3, 2]]]],
    2,
  ],
  [
    'finds a control character in the header',
    `quest\0ion,answer\nQ?,A\n`,
    [['control-character', 1, [[1, null]]]],
    1,
  ],
  [
    'finds invalid bytes',
    Buffer.concat([Buffer.from(`${head}Q?,caf`), Buffer.from([0xe9]), Buffer.from('\n')]),
    [['invalid-utf8', 1, [[2, 1]]]],
    1,
  ],
  [
    'finds a character cut off at the end of the file',
    Buffer.concat([Buffer.from(`${head}Q?,A`), Buffer.from([0xe4, 0xbd])]),
    [['invalid-utf8', 1, [[2, 1]]]],
    1,
  ],
  ['reads UTF-16 and says so', utf16(`${head}问?,答\n`), [['utf-16-encoding', 1, [[1, null]]]], 1],
  [
    'reads big-endian UTF-16',
    Buffer.from(utf16(`${head}问?,答\n`)).swap16(),
    [['utf-16-encoding', 1, [[1, null]]]],
    1,
  ],
  [
    'reads UTF-16 without a mark',
    Buffer.from(`${head}Q?,A\n`, 'utf16le'),
    [['utf-16-encoding', 1, [[1, null]]]],
    1,
  ],
  [
    'loses no half character of UTF-16',
    Buffer.concat([utf16(`${head}Q?,A\ud800B`), Buffer.from([0x41])]),
    [
      ['utf-16-encoding', 1, [[1, null]]],
      ['invalid-utf8', 4, [[2, 1]]],
    ],
    1,
  ],
  ['counts tabs and line ends inside quotes as text', `${head}Q?,"A\tb\r\nc"\n`, [], 1],
])('%s', async (_, content, expected, usable) => {
  const report = await scan(content)
  expect(places(report)).toEqual(expected)
  expect(report.usableRowCount).toBe(usable)
})

async function firstExample(content: string | Buffer): Promise<FindingExample | undefined> {
  return (await scan(content)).findings[0]?.examples[0]
}

test.each<[name: string, content: string | Buffer, example: Partial<FindingExample>]>([
  [
    'shows the mark',
    `\ufeff${head}Q?,A\n`,
    { before: '\\uFEFFquestion,answer', after: 'question,answer' },
  ],
  [
    'shows control characters as symbols and names the column',
    `${head}Q?,"A\u0007b\nc"\n`,
    { column: 'answer', before: '"A␇b␊c"', after: '"Ab␊c"' },
  ],
  [
    'shows invalid bytes by their value',
    Buffer.from(`${head}caf\xe9?,A\n`, 'latin1'),
    { column: 'question', before: 'caf\\xE9?', after: 'caf?' },
  ],
  ['shows that a row goes', `${head}Q?,\n`, { column: 'answer', before: 'Q?,', after: null }],
  ['shows the empty cells that go', `${head}Q?,A,,\n`, { before: 'Q?,A,,', after: 'Q?,A' }],
  [
    'shows the quote that is set right',
    `${head}Q?,"A, b\n`,
    { before: 'Q?,"A, b', after: 'Q?,"A, b"' },
  ],
  ['shows the newlines that go', `${head}Q?,A\n\n\n`, { before: 'Q?,A␊␊␊', after: 'Q?,A␊' }],
  ['shows UTF-16 as it is', utf16(`${head}Q?,A\n`), { after: 'question,answer' }],
])('%s', async (_, content, example) => {
  expect(await firstExample(content)).toMatchObject(example)
})

test('shortens a preview to 200 characters around the place', async () => {
  const example = await firstExample(`${head}${'x'.repeat(500)}\u0007${'y'.repeat(500)}?,A\n`)
  expect(example?.before).toHaveLength(200)
  expect(example?.before).toMatch(/^…x+␇y+…$/)
  expect(example?.after).toMatch(/^…x+y+…$/)
})

test('keeps the first fifty examples and counts all', async () => {
  const { findings, rowCount } = await scan(`${head}${'Q?,\n'.repeat(70)}${'\n'.repeat(80)}Q?,A\n`)
  expect(findings.map(({ code, count, examples }) => [code, count, examples.length])).toEqual([
    ['empty-answer', 70, 50],
    ['blank-row', 80, 50],
  ])
  expect(rowCount).toBe(151)
})

test.each([
  ['gb18030', '如何退货？,您可以在三十天内退货，请保留收据。'],
  ['big5', '如何退貨？,您可以在三十天內退貨，請保留收據。'],
  ['shift_jis', '返品できますか？,はい、三十日以内に返品できます。レシートを保管してください。'],
  ['euc-kr', '반품할 수 있나요?,네 삼십일 이내에 가능합니다.'],
  ['windows-1252', 'Comment retourner ?,Vous pouvez le retourner à l’usine — gardez le reçu.'],
])('reads %s', async (encoding, row) => {
  const text = `${head}${row}\n`
  const report = await scan(encodeAs(encoding, text))
  expect(report).toMatchObject({ encoding, usableRowCount: 1 })
  expect(report.findings).toMatchObject([{ code: 'legacy-encoding', fixable: true }])
})

test('does not offer to remove what is text in an encoding that nobody can tell', async () => {
  const row = Buffer.from([0x81, 0xfe, 0x8d, 0xff, 0x90, 0x2c, 0x9d, 0xfe, 0xff, 0x80, 0x0a])
  const content = Buffer.concat([Buffer.from(head), ...Array.from({ length: 20 }, () => row)])
  const { findings } = await scan(content)
  expect(findings[0]).toMatchObject({ code: 'invalid-utf8', severity: 'error', fixable: false })
})

test.each([
  ['question,answer', ',', 'question', 'answer'],
  ['id;Customer Question;Our_Answer', ';', 'Customer Question', 'Our_Answer'],
  ['response\tprompt', '\t', 'prompt', 'response'],
  ['instruction|input|output', '|', 'instruction', 'output'],
  ['问题,回答', ',', '问题', '回答'],
  ['编号,用户提问,客服回复', ',', '用户提问', '客服回复'],
  ['A,Q', ',', 'Q', 'A'],
])('reads the header %s', async (header, delimiter, question, answer) => {
  const row = header
    .split(delimiter)
    .map((name) => `${name} text`)
    .join(delimiter)
  const report = await scan(`${header}\n${row}\n`)
  expect(report).toMatchObject({ delimiter, suggestedRoles: { question, answer } })
})

test('guesses roles by content when the header does not help', async () => {
  const report = await scan(
    'x,y,z\n1,We ship it within two days of your order.,When does it come?\n',
  )
  expect(report.suggestedRoles).toEqual({ question: 'z', answer: 'y' })
})

test('prefers the delimiter that makes a table when the header holds two', async () => {
  const report = await scan('question, in short;answer\nWhen?;Soon\nWhere;Here\n')
  expect(report.columns).toEqual(['question, in short', 'answer'])
})

test('gives unnamed and repeated columns names of their own', async () => {
  const { columns } = await scan('q,a,,a\n1,2,3,4\n')
  expect(columns).toEqual(['q', 'a', 'Column 3', 'a (2)'])
})

test.each([
  ['a file of newlines only', '\n\r\n\n', { code: 'NoColumns' }],
  [
    'one column',
    'question\nQ?\n',
    { code: 'OneColumn', details: { column: 'question', separator: '' } },
  ],
  [
    'one column with another separator',
    '问题，答案\n问？，答\n',
    { code: 'OneColumn', details: { separator: '，' } },
  ],
])('refuses %s', async (_, content, error) => {
  await expect(scan(content)).rejects.toMatchObject(error)
})

test('counts lines and rows', async () => {
  expect(await scan(`${head}"Q\n?",A\n\nR?,B`)).toMatchObject({ lineCount: 5, rowCount: 3 })
})

test('stops when it is cancelled', async () => {
  const scanning = scanContent([Buffer.from(`${head}Q?,A\n`)], AbortSignal.abort())
  await expect(scanning).rejects.toMatchObject({ code: 'Cancelled' })
})
