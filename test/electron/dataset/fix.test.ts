import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellChecks } from '../../../electron/dataset/checks/cellChecks.ts'
import { applyFixes } from '../../../electron/dataset/fix.ts'
import { scanContent } from '../../../electron/dataset/scan.ts'
import { findingCodeSchema, type FindingCode } from '../../../shared/dataset.ts'
import { collect } from '../../support/collect.ts'

const head = 'question,answer\n'
const allCodes = new Set(findingCodeSchema.options)

async function fix(
  content: string | Buffer,
  codes: Iterable<FindingCode> = allCodes,
  size = 1 << 16,
) {
  const bytes = Buffer.from(content as string)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  const run = applyFixes(chunks, new Set(codes))
  const fixed = Buffer.concat(await collect(run.chunks))
  return { fixed, text: fixed.toString('utf8'), counts: Object.fromEntries(run.counts) }
}

test.each<[code: FindingCode, before: string | Buffer, after: string, count: number]>([
  ['byte-order-mark', `\ufeff${head}Q?,A\n`, `${head}Q?,A\n`, 1],
  ['byte-order-mark', `\ufeff\ufeff${head}Q?,A\n`, `${head}Q?,A\n`, 1],
  ['utf-16-encoding', Buffer.from(`\ufeff${head}问?,答😀\n`, 'utf16le'), `${head}问?,答😀\n`, 1],
  ['invalid-utf8', Buffer.from(`${head}caf\xe9?,A\xe4\xbd\n`, 'latin1'), `${head}caf?,A\n`, 2],
  ['control-character', `${head}Q\0?,A\u0007\u0085\n`, `${head}Q?,A\n`, 3],
  ['trailing-newline', `${head}Q?,A\n\n\n\n`, `${head}Q?,A\n`, 3],
  ['blank-row', `\n${head}Q?,A\n\n , \nR?,B\n`, `${head}Q?,A\nR?,B\n`, 3],
  ['ragged-row', `${head}Q?\nR?,B,C\nS?,D,, \nT?,E\n`, `${head}S?,D\nT?,E\n`, 3],
  [
    'unbalanced-quote',
    `${head}Q?,"A, b\nR?,"say "hi""\n`,
    `${head}Q?,"A, b"\nR?,"say ""hi"""\n`,
    2,
  ],
  ['empty-question', `${head} ,A\nR?,B\n`, `${head}R?,B\n`, 1],
  ['empty-answer', `${head}Q?,\nR?,B\n`, `${head}R?,B\n`, 1],
  ['duplicate-row', `${head}Q?,A\nR?,B\n"Q?","A"\n`, `${head}Q?,A\nR?,B\n`, 1],
  [
    'repeated-pair',
    'id,question,answer\n1,Q?,A\n2,Q?,B\n3,"Q?",A\n3,Q?,A\n',
    'id,question,answer\n1,Q?,A\n2,Q?,B\n',
    2,
  ],
])('repairs %s and nothing else', async (code, before, after, count) => {
  const { text, counts } = await fix(before, [code])
  expect({ text, counts }).toEqual({ text: after, counts: { [code]: count } })
})

test('of any rows, each question and answer stays once, where it stood first', async () => {
  const few = fc.integer({ min: 0, max: 3 })
  const rows = fc.array(fc.tuple(fc.nat(200), few, few), { minLength: 1, maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(rows, async (cells) => {
      const lines = cells.map(([id, question, answer]) => `${id},Q${question}?,A${answer}`)
      const { text } = await fix(`id,question,answer\n${lines.join('\n')}\n`)
      const pairOf = (line: string) => line.slice(line.indexOf(','))
      const firsts = lines.filter((line, at) => lines.map(pairOf).indexOf(pairOf(line)) === at)
      expect(text).toBe(`id,question,answer\n${firsts.join('\n')}\n`)
      const { findings } = await scanContent([Buffer.from(text)])
      expect(findings.filter(({ fixable }) => fixable)).toEqual([])
    }),
    { numRuns: 50 },
  )
})

test('keeps quotes, line ends and a missing last line end of untouched rows', async () => {
  const { text } = await fix('question,answer\r\n"Q?","A"\n\rR?,B\r\n"S\r\n?",C')
  expect(text).toBe('question,answer\r\n"Q?","A"\nR?,B\r\n"S\r\n?",C')
})

test('leaves a clean file byte for byte', async () => {
  const clean = `${head}"Q, ""x""?",A\r\nR?,"B\nC"\n`
  expect(await fix(clean)).toMatchObject({ text: clean, counts: {} })
})

test('keeps the mark of a file whose other faults are repaired', async () => {
  expect((await fix(`\ufeff${head}Q?,A\n\n`, ['trailing-newline'])).text).toBe(
    `\ufeff${head}Q?,A\n`,
  )
})

test('removes a mark that comes to the start by another repair', async () => {
  const content = Buffer.concat([Buffer.from([0xff]), Buffer.from(`\ufeff${head}Q?,A\n`)])
  const { text } = await fix(content, ['byte-order-mark', 'invalid-utf8'])
  expect(text).toBe(`${head}Q?,A\n`)
})

test('finds repetitions that only show after the characters are repaired', async () => {
  expect((await fix(`${head}Q?,A\nQ?,A\0\n`)).text).toBe(`${head}Q?,A\n`)
})

test('repairs rows that are cut by chunks anywhere', async () => {
  const hostile = Buffer.from(`\ufeff${head}caf\xe9?,A\0\n\n"R?,B\n\n`, 'latin1')
  const whole = await fix(hostile)
  for (const size of [1, 2, 3, 5]) expect(await fix(hostile, allCodes, size)).toEqual(whole)
})

const piece = fc.constantFrom(
  ...['"', '""', ',', '\n', '\r\n', '\r', 'a', 'b', ' ', '\0', '\u0001', '问', '\ufeff', '\u0085'],
  ...['"a"', ',"', '",', 'a,b\n', 'a,b\n', 'Q?,A\n'],
)
const invalid = fc.constantFrom([0xff], [0xe9], [0xe4, 0xbd], [0xc0, 0xaf], [0xed, 0xa0, 0x80])
const hostileRows = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: piece.map((text) => Buffer.from(text)) },
      invalid.map((bytes) => Buffer.from(bytes)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts))
const beforeHead = fc
  .array(fc.constantFrom('\ufeff', '\0', '\n', ' '), { maxLength: 3 })
  .map((parts) => Buffer.from(parts.join('')))
const hostileFile = fc
  .tuple(beforeHead, hostileRows)
  .map(([before, rows]) => Buffer.concat([before, Buffer.from(head), rows]))

/** What this property found: a mark after a control character, and one that was read as Windows-1252 (ï»¿). */
const onceUnrepaired = [
  Buffer.concat([Buffer.from(`\0\ufeff\n${head}问`), Buffer.from([0xff, 0xed, 0xa0, 0x80])]),
  Buffer.concat([Buffer.from(`${head}问\ufeffa,b\n`), Buffer.from([0xff, 0xed, 0xa0, 0x80])]),
]

test('repairs everything: a second scan finds nothing, a second repair changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(hostileFile, async (bytes) => {
      const { fixed } = await fix(bytes)
      const report = await scanContent([fixed])
      // Which of two answers is the better one, nobody but the user can tell.
      expect(report.findings.filter(({ fixable }) => fixable)).toEqual([])
      expect(report.usableRowCount).toBe(report.rowCount)
      expect((await fix(fixed)).fixed).toEqual(fixed)
    }),
    { numRuns: 500, examples: onceUnrepaired.map((bytes): [Buffer] => [bytes]) },
  )
})

const textCodes: readonly FindingCode[] = [
  ...(['invalid-utf8', 'control-character', 'legacy-encoding', 'unbalanced-quote'] as const),
  ...cellChecks.map(({ code }) => code),
]

test('never loses a usable row', async () => {
  await fc.assert(
    fc.asyncProperty(hostileFile, async (bytes) => {
      const before = await scanContent([bytes])
      const after = await scanContent([(await fix(bytes)).fixed])
      // Repaired text can make two rows the same; otherwise what was usable stays.
      if (before.findings.some(({ code }) => textCodes.includes(code))) return
      const removed = before.findings.find(({ code }) => code === 'answer-repeats-question')
      const kept = before.usableRowCount - (removed?.count ?? 0)
      expect(after.usableRowCount).toBeGreaterThanOrEqual(kept)
    }),
    { numRuns: 1000 },
  )
})

test('keeps valid, different, filled rows byte for byte among faulty ones', async () => {
  const cell = fc.stringMatching(/^[a-z]{1,5}( [a-z,"]{0,3}\n?[a-z])?$/)
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const row = fc.tuple(cell, cell).filter(([question, answer]) => question !== answer)
  const good = fc.uniqueArray(row, {
    minLength: 1,
    maxLength: 8,
    selector: (row) => row.join('\0'),
  })
  const faulty = fc.array(fc.constantFrom('\n', ',\n', 'x,\n', ',x\n', 'x\n', '1,2,3\n', ' \n'), {
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(good, faulty, async (rows, faults) => {
      const lines = rows.map((row) => `${row.map(quoted).join(',')}\n`)
      const mixed = lines.map((line, index) => `${faults[index] ?? ''}${line}`)
      const { text } = await fix(`${head}${mixed.join('')}`)
      expect(text).toBe(`${head}${lines.join('')}`)
    }),
  )
})
