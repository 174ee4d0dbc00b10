import { expect, test } from 'vitest'
import { applyFixes } from '../../../electron/dataset/fix.ts'
import { scanContent } from '../../../electron/dataset/scan.ts'
import { findingCodeSchema } from '../../../shared/dataset.ts'
import { collect } from '../../support/collect.ts'
import { trainingExamplesOf } from '../../support/trainingExamples.ts'

const good = Array.from({ length: 200 }, (_, index) => `"Question ${index}?","Answer, ${index}"\n`)
const roles = { question: 'question', answer: 'answer' }

/** Faults that are put between good rows. */
const faults: readonly (readonly [name: string, fault: Buffer])[] = [
  ['a quote that is never closed', Buffer.from('Q?,"never closed\n')],
  ['a quote that is never closed, in the first cell', Buffer.from('"Q?,never closed\n')],
  ['a lone quote', Buffer.from('"\n')],
  ['three quotes', Buffer.from('"""\n')],
  ['an undoubled quote', Buffer.from('"say "hi" now",x\n')],
  ['NULs', Buffer.from('\0\0\0,\0\n')],
  ['a NUL in a row', Buffer.from('Q\0?,A\0\n')],
  ['a cut multi-byte character', Buffer.from([0xe4, 0xbd, 0x2c, 0x41, 0x0a])],
  ['an overlong sequence', Buffer.from([0xc0, 0xaf, 0x2c, 0x41, 0x0a])],
  ['a surrogate', Buffer.from([0xed, 0xa0, 0x80, 0x2c, 0x41, 0x0a])],
  ['a byte-order mark inside', Buffer.from('\ufeffQ?,A\n')],
  ['lone carriage returns', Buffer.from('Q?,A\rR?,B\r\r')],
  ['a thousand columns', Buffer.from(`${'x,'.repeat(999)}x\n`)],
  ['a thousand empty columns', Buffer.from(`Q?,A${','.repeat(998)}\n`)],
  ['only delimiters', Buffer.from(',,,,\n')],
  ['white space', Buffer.from(' \t\u3000\n')],
  ['another delimiter', Buffer.from('Q?;A\n')],
  ['text after a closing quote', Buffer.from('"Q?"x,"A"\n')],
  ['a space before a quote', Buffer.from('Q?, "A, b"\n')],
  ['a long line', Buffer.from(`Q?,${'long '.repeat(50_000)}\n`)],
  ['a cell of many lines', Buffer.from(`Q?,"${'line\n'.repeat(500)}"\n`)],
  ['noncharacters and C1', Buffer.from('Q\ufffe?,A\u0090\uffff\n')],
  ['a formula', Buffer.from('=1+1,@sum\n')],
]

test.each(faults)('keeps every good row around %s, and repairs the file', async (_, fault) => {
  const rows = good.map((row) => Buffer.from(row))
  const content = [
    Buffer.from('question,answer\n'),
    ...rows.slice(0, 100),
    fault,
    ...rows.slice(100),
  ]
  const before = await trainingExamplesOf(content, roles)
  const run = applyFixes(content, new Set(findingCodeSchema.options))
  const fixed = await collect(run.chunks)
  const after = await trainingExamplesOf(fixed, roles)
  for (const examples of [before, after]) {
    const answers = new Set(examples.map(({ completion }) => completion))
    expect(good.filter((__, index) => !answers.has(`Answer, ${index}`))).toEqual([])
  }
  const report = await scanContent(fixed)
  expect(report.findings).toEqual([])
  expect(report.usableRowCount).toBe(after.length)
})
