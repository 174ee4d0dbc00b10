import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileWat } from '../../../../build/wasm.ts'
import { cellChecks } from '../../../../electron/dataset/checks/cellChecks.ts'
import { cellBytes, parseCsv } from '../../../../electron/dataset/csv.ts'
import { flag, recordWords, RowHasher, word } from '../../../../electron/dataset/kernel/kernel.ts'
import { kernelModule } from '../../../../electron/dataset/kernel/kernelModule.ts'
import {
  isCertain,
  RecordReader,
  type TakeWords,
} from '../../../../electron/dataset/kernel/recordReader.ts'
import { roomBytes, TextSlots } from '../../../../electron/dataset/textSlots.ts'
import type { RecordView } from '../../../../electron/dataset/kernel/recordView.ts'

const format = { delimiter: 0x2c, columnCount: 2, question: 0, answer: 1 }

interface Read {
  readonly line: number
  readonly lineCount: number
  readonly offset: number
  readonly length: number
  readonly text: string
  readonly cells: readonly string[]
  readonly flags: number
  readonly hash: string
}

/** @param slots where the chunks lie; they are copied to the reader when left out */
async function readAll(bytes: Buffer, chunkSize: number, slots?: TextSlots): Promise<Read[]> {
  const found: Read[] = []
  const onRecord = (view: RecordView) => {
    const record = view.record()
    found.push({
      line: view.line,
      lineCount: view.lineCount,
      offset: view.offset,
      length: view.length,
      text: view.bytes().toString('latin1'),
      cells: record.cells.map((_, index) => cellBytes(record, index).toString('latin1')),
      flags: view.flags,
      hash: `${view.rowHashLow} ${view.rowHashHigh}`,
    })
    expect(view.cells).toBe(record.cells.length)
  }
  const reader = new RecordReader(format, onRecord, { slots })
  for (let at = 0; at < bytes.length; at += chunkSize) {
    const chunk = bytes.subarray(at, at + chunkSize)
    const slot = await slots?.take()
    slot?.set(chunk)
    reader.push(slot?.subarray(0, chunk.length) ?? chunk)
    // Its memory is another chunk's from here on.
    slot?.fill(0x22, 0, chunk.length)
    if (slot) slots?.release(slot)
  }
  reader.finish()
  return found
}

function byCsv(bytes: Buffer): Omit<Read, 'flags' | 'hash'>[] {
  let offset = 0
  return parseCsv(bytes, { delimiter: 0x2c, columnCount: 2 }).map((record) => {
    offset += record.bytes.length
    return {
      line: record.line,
      lineCount: record.lineCount,
      offset: offset - record.bytes.length,
      length: record.length,
      text: record.bytes.toString('latin1'),
      cells: record.cells.map((_, index) => cellBytes(record, index).toString('latin1')),
    }
  })
}

/** Texts made of what matters to a CSV reader. */
const hostileText = fc
  .array(
    fc.constantFrom(
      ...['"', '""', ',', '\n', '\r', '\r\n', ' ', 'a', 'word and more', '1234567', '你好', '@'],
      ...['\0', '\t', '\u00a0', '=1+1', 'x'.repeat(40), '"quoted, cell"', '"two\nlines"'],
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(parts.join('')))

test('the kernel in the source tree is what its text compiles to', async () => {
  const compiled = await compileWat('electron/dataset/kernel/kernel.wat')
  expect(kernelModule).toBe(Buffer.from(compiled).toString('base64'))
})

test.each([null, new TextSlots()])(
  'reads the same as csv.ts, in chunks of any size (%#)',
  (slots) =>
    fc.assert(
      fc.asyncProperty(hostileText, fc.integer({ min: 1, max: 70 }), async (bytes, chunkSize) => {
        const all = await readAll(bytes, chunkSize, slots ?? undefined)
        const read = all.map(({ flags: _, hash: __, ...rest }) => rest)
        expect(read).toEqual(byCsv(bytes))
      }),
      { numRuns: 300 },
    ),
)

test('records that are taken by their words are left out, and the others are where they were', () => {
  fc.assert(
    fc.property(
      hostileText,
      fc.integer({ min: 1, max: 70 }),
      fc.nat(),
      (bytes, chunkSize, seed) => {
        const read = (takeWords?: TakeWords) => {
          const found: [offset: number, line: number, text: string, before: string | undefined][] =
            []
          const reader = new RecordReader(
            format,
            (view) =>
              found.push([
                view.offset,
                view.line,
                view.bytes().toString('latin1'),
                view.previous()?.toString('latin1'),
              ]),
            takeWords && { takeWords },
          )
          for (let at = 0; at < bytes.length; at += chunkSize)
            reader.push(bytes.subarray(at, at + chunkSize))
          reader.finish()
          return found
        }
        const taken = new Map<number, number>()
        const rest = read((words, from, to, offset, line) => {
          let at = from
          let lineOfRecord = line
          for (; at < to && isCertain(words, at); at += recordWords) {
            const start = words[at + word.start] ?? 0
            if ((start * 7919 + seed) % 3 === 0) break
            taken.set(offset + start - (words[from + word.start] ?? 0), lineOfRecord)
            lineOfRecord += 1 + (words[at + word.lineFeeds] ?? 0)
          }
          return at
        })
        const all = read()
        expect(rest).toEqual(all.filter(([offset]) => !taken.has(offset)))
        expect([...taken]).toEqual(
          all.filter(([offset]) => taken.has(offset)).map(([offset, line]) => [offset, line]),
        )
      },
    ),
    { numRuns: 500 },
  )
})

test.each([1000, roomBytes - 10, roomBytes + 10, 900_000])(
  'reads where they lie rows of %i bytes that go on in another slot',
  async (length) => {
    const answer = 'word '.repeat(length / 5)
    const rows = Array.from({ length: 12 }, (_, row) => `Q${row},"${answer}, ${row}"\n`)
    const bytes = Buffer.from(rows.join(''))
    const all = await readAll(bytes, 700_001, new TextSlots())
    expect(all.map(({ text }) => text)).toEqual(rows)
    expect(all.map(({ line }) => line)).toEqual(rows.map((_, row) => row + 1))
  },
)

test('gives rows with the same cells the same hash, however they are quoted, and others another', async () => {
  const rows = ['Q,A', '"Q",A', 'Q,"A"', '"Q""",A', 'Q",A', 'QA,', ',QA', 'Q,A ']
  const hashes = (await readAll(Buffer.from(rows.join('\n')), 1000)).map(({ hash }) => hash)
  expect(hashes[1]).toBe(hashes[0])
  expect(hashes[2]).toBe(hashes[0])
  expect(hashes[4]).toBe(hashes[3])
  expect(new Set(hashes).size).toBe(5)
})

test.each<[name: string, row: string, flags: number]>([
  ['letters outside ASCII', 'Größe,A', flag.high],
  ['a control character', 'Q\u0001,A', flag.control],
  ['DEL', 'Q\u007f,A', flag.control],
  ['a tab', 'Q\tx,A', flag.control],
  ['an address', 'a@b,A', flag.mark],
  ['a tag', 'Q,<br>', flag.mark],
  ['digits', 'Q,+49 170 123', flag.digits],
  ['a token over the border of two blocks', `${'a '.repeat(6)}${'k'.repeat(20)},A`, flag.token],
  ['a no-break space', 'Q\u00a0x,A', flag.odd],
  ['a zero-width space', 'Q\u200bx,A', flag.odd],
  ['an ideographic space', '你\u3000好,A', flag.odd],
  ['a replacement character', 'Q\ufffd,A', flag.odd],
  ['mojibake', 'CafÃ© au lait,A', flag.odd],
  ['mojibake of three bytes', 'It â€™s,A', flag.odd],
  ['the Chinese kind of mojibake', '锟斤拷,A', flag.odd],
  ['a space at the end', 'Q ,A', flag.edge],
  ['a line feed at the start', '"\nQ",A', flag.edge],
  ['a formula', 'Q,=1+1', flag.formula],
  ['doubled quotes', '"a ""b""",A', flag.quotes],
  ['a carriage return', '"a\rb",A', flag.carriageReturn],
  ['the question as answer', 'Same,"Same"', flag.answerIsQuestion],
  ['blank lines in a cell', '"a\n\n\nb",A', flag.threeLineFeeds],
])('sees %s, also far inside a row, and not in a plain row', async (_, row, expected) => {
  const plain = 'What is it?,"It is a lamp, and it shines."'
  for (const before of ['', 'word '.repeat(3), 'word '.repeat(13)]) {
    const edge =
      expected === flag.edge || expected === flag.formula || expected === flag.answerIsQuestion
    const text = edge || row.startsWith('"') ? row : before + row
    const read = await readAll(Buffer.from(`${plain}\n${text}\n${plain}\n`), 1000)
    expect(read.map(({ flags }) => flags & expected)).toEqual([0, expected, 0])
  }
})

/** What is in a cell of these bytes, one look at each. */
function plainFlags(bytes: Uint8Array): number {
  const has = (test: (byte: number) => boolean, one: number) => (bytes.some(test) ? one : 0)
  const text = Buffer.from(bytes).toString('latin1')
  return (
    has((byte) => byte < 0x20 || byte === 0x7f, flag.control) |
    has((byte) => [0x40, 0x3c, 0x26].includes(byte), flag.mark) |
    has((byte) => byte >= 0x80, flag.high) |
    (/[\x23-\x7f]{16}/.test(text) ? flag.token : 0)
  )
}

test.each([0x2c, 0x09, 0x1d])(
  'tells classes of characters as a look at each does (%#)',
  (delimiter) => {
    const all = flag.control | flag.mark | flag.high | flag.token
    const byte = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x23, max: 0x7e }) },
      { weight: 1, arbitrary: fc.constant(0x20) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
    )
    // Line ends, quotes and delimiters are no part of a plain cell.
    const cell = fc
      .array(byte, { minLength: 1, maxLength: 70 })
      .map((bytes) =>
        Uint8Array.from(bytes.filter((one) => ![10, 13, 34, delimiter].includes(one))),
      )
    fc.assert(
      fc.property(cell, cell, (question, answer) => {
        const found: number[] = []
        const reader = new RecordReader({ ...format, delimiter }, (view) => found.push(view.flags))
        reader.push(Buffer.concat([question, Buffer.from([delimiter]), answer, Buffer.from('\n')]))
        expect(found.map((flags) => flags & all)).toEqual([
          plainFlags(question) | plainFlags(answer),
        ])
      }),
      { numRuns: 1000 },
    )
  },
)

/** Bytes of characters, whole and not: each length, the first and last that is allowed, and the ones beside them. */
const characterBytes = fc
  .oneof(
    fc.constantFrom(
      ...[
        '61',
        '20',
        '7f',
        'c280',
        'dfbf',
        'e0a080',
        'ed9fbf',
        'ee8080',
        'efbfbf',
        'f0908080',
        'f48fbfbf',
      ],
      ...[
        '80',
        'bf',
        'c080',
        'c1bf',
        'e08080',
        'e09fbf',
        'eda080',
        'edbfbf',
        'f0808080',
        'f08fbfbf',
        'f4908080',
      ],
      ...[
        'f5808080',
        'f8888080',
        'ff',
        'c3',
        'e4bd',
        'e4',
        'f09f98',
        'f09f',
        'f0',
        'c3a9bf',
        'e4bda080',
      ],
    ),
    fc.stringMatching(/^[a-z ]{1,20}$/).map((text) => Buffer.from(text).toString('hex')),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 4 })
      .map((text) => Buffer.from(text).toString('hex')),
  )
  .map((hex) => Buffer.from(hex, 'hex').filter((byte) => ![10, 13, 34, 44].includes(byte)))

test('a record is UTF-8 where Node says so, whatever stands before and after it', () => {
  const seen = { valid: 0, broken: 0 }
  fc.assert(
    fc.property(
      fc.array(fc.array(characterBytes, { maxLength: 12 }), { minLength: 3, maxLength: 3 }),
      (rows) => {
        const found: boolean[] = []
        const reader = new RecordReader(format, (view) => {
          found.push(view.isUtf8)
          expect(view.isUtf8).toBe(isUtf8(view.bytes()))
        })
        for (const row of rows)
          reader.push(Buffer.concat([Buffer.from('Q,'), ...row, Buffer.from('\n')]))
        expect(found).toHaveLength(3)
        for (const isValid of found) seen[isValid ? 'valid' : 'broken'] += 1
      },
    ),
    { numRuns: 3000 },
  )
  expect(Math.min(seen.valid, seen.broken)).toBeGreaterThan(1000)
})

test('odd characters are flagged wherever they stand, and no others', () => {
  const odd = [
    ...['\u0080', '\u00a0', '\u00ad', '\u00c2', '\u00c3', '\u00e2', '\u2000', '\u200b', '\u200f'],
    ...['\u2028', '\u202f', '\u2060', '\u20ac', '\u3000', '\ufeff', '\ufffd', '锟'],
  ]
  const plain = [
    'é',
    'ã',
    '\u2010',
    '…',
    '\u2027',
    '\u2030',
    '℃',
    '、',
    '。',
    '你',
    '，',
    '銳',
    '🙂',
    'ﺀ',
    'á',
  ]
  for (const character of [...odd, ...plain]) {
    for (let before = 0; before < 34; before += 1) {
      const found: number[] = []
      const reader = new RecordReader(format, (view) => found.push(view.flags & flag.odd))
      reader.push(
        Buffer.from(
          `${'w'.repeat(before)}${character}x,A\n你${'w'.repeat(before)}${character}，A,A\n`,
        ),
      )
      const expected = odd.includes(character) ? flag.odd : 0
      expect([character, before, ...found]).toEqual([character, before, expected, expected])
    }
  }
})

const checkedByDigits = cellChecks.filter(({ trigger }) => trigger === flag.digits)
const digitText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.stringMatching(/^\d{1,6}$/) },
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          ...['+', '-', ' ', '.', '(', ')', ') ', ' (', 'no. ', 'X'],
          ...['13912345678', '110105194912310021', '4111 1111 1111 1111', '078-05-1120'],
        ),
      },
    ),
    { maxLength: 14 },
  )
  .map((parts) => parts.join(''))

test('whatever is a telephone, card or identity number raises the flag, wherever it stands', async () => {
  let found = 0
  await fc.assert(
    fc.asyncProperty(digitText, fc.integer({ min: 0, max: 40 }), async (text, before) => {
      const spans = checkedByDigits.flatMap((check) => check.find(text))
      if (spans.length === 0) return
      found += 1
      const [record] = await readAll(Buffer.from(`${'w'.repeat(before)} ${text},A\n`), 1000)
      expect((record?.flags ?? 0) & flag.digits).toBe(flag.digits)
    }),
    { numRuns: 3000 },
  )
  expect(found).toBeGreaterThan(300)
})

test.each(['order 1234567', 'no. 1234567 of 12', 'order 1234567890'])(
  'an order number is none: %s',
  async (text) => {
    expect(checkedByDigits.flatMap((check) => check.find(text))).toEqual([])
    const [record] = await readAll(Buffer.from(`${text},"A, and more"\n`), 1000)
    expect((record?.flags ?? 0) & flag.digits).toBe(0)
  },
)

test('question and answer have the hashes of their cells, read by the kernel or beside it', () => {
  const hasher = new RowHasher(7n)
  const found: bigint[][] = []
  const hashOf = (low: number, high: number) => BigInt(low) | (BigInt(high) << 32n)
  const onRecord = (view: RecordView) =>
    found.push([
      hashOf(view.questionHashLow, view.questionHashHigh),
      hashOf(view.answerHashLow, view.answerHashHigh),
    ])
  const reader = new RecordReader(format, onRecord, { hasher })
  reader.push(Buffer.from('Is it?,Yes.\n"He said ""is it""?","No, ""never""."\n'))
  reader.finish()
  const cells = [['Is it?', 'Yes.'] as const, ['He said "is it"?', 'No, "never".'] as const]
  expect(found).toEqual(cells.map((row) => row.map((cell) => hasher.cell(Buffer.from(cell)))))
})
