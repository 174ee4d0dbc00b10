/** Datasets and plans whose sides are kept in splitSides.json, as they were first made: versions that were trained must find their rows again. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ColumnRoles } from '../../shared/dataset.ts'
import { seededRandom } from '../../shared/split.ts'
import type { SplitPlan } from '../../shared/workbench/splitChoice.ts'

export interface SplitCase {
  readonly name: string
  readonly table: keyof typeof tables
  readonly split: SplitPlan
  readonly splitSeed: number
  readonly validationFraction: number
  readonly sampleRows: number | null
  readonly columns: ColumnRoles
}

const sideSchema = z.object({ count: z.number(), sha256: z.string() })

/** Row numbers by their hash, and what was shown of them. */
export const keptSidesSchema = z.record(
  z.string(),
  z.union([
    z.object({
      training: sideSchema,
      validation: sideSchema.extend({ first: z.array(z.number()) }),
      groupCount: z.number().nullable(),
      trainingTokens: z.number(),
      leakage: z.object({
        same: z.number(),
        similar: z.number(),
        isAvoidable: z.boolean(),
        examples: z.string(),
      }),
      topics: z.string(),
    }),
    z.object({ failure: z.string() }),
  ]),
)

const words =
  'lamp bulb shade cable switch socket dimmer parcel refund voucher invoice window glass desk light warranty delivery weekend colour manual'.split(
    ' ',
  )
const subjects = ['灯', '灯罩', '电缆', '开关', '包裹', '退款', '发票', '保修']

/** Rows with every fault that keeps one out, and questions that repeat others: word for word, nearly, with other spaces around them. */
function helpDesk(rowCount: number, seed: number): Buffer {
  const random = seededRandom(seed)
  const one = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T
  const parts: Buffer[] = [Buffer.from('customer,question,answer\n')]
  const asked: string[] = ['Where is it?']
  for (let row = 0; row < rowCount; row += 1) {
    const kind = Math.floor(random() * 24)
    const about = Array.from({ length: 2 + Math.floor(random() * 5) }, () => one(words))
    const customer = kind === 0 ? '' : `c${Math.floor(random() * (rowCount / 6))}`
    let question = `What about ${about.join(' and ')}`
    if (kind < 3) question = `${one(asked)}`
    else if (kind === 3) question = `  ${one(asked)}\t`
    else if (kind === 4) question = `${one(asked)}, please`
    else if (kind === 5) question = `${one(subjects)}的${one(subjects)}怎么${one(subjects)}？`
    else if (kind === 6) question = one(['???', '!!', '？'])
    else if (kind === 7) question = `"${one(asked).replaceAll('"', '""')}, so ""quickly"""`
    asked.push(question.startsWith('"') ? 'Is it quick?' : question)
    const cell = /[,"\n]/.test(question) && !question.startsWith('"') ? `"${question}"` : question
    const answer = `Yes ${kind < 12 ? row : row % 5}, ${one(words)}.`
    let line = `${customer},${cell},"${answer}"\n`
    if (kind === 8) line = '\n'
    else if (kind === 9) line = `${customer},${cell}\n`
    else if (kind === 10) line = `${customer},,"${answer}"\n`
    else if (kind === 11) line = `${customer},${cell},"${answer}"\n`.repeat(2)
    parts.push(Buffer.from(line))
    if (kind === 12)
      parts.push(
        Buffer.concat([
          Buffer.from(`${customer},Broken `),
          Buffer.from([one([0xff, 0xfe]), 0x41]),
          Buffer.from(` ${one(words)},Yes ${row}.\n`),
        ]),
      )
  }
  return Buffer.concat(parts)
}

/** Made of few phrases, so that thousands of signatures share a band and not all of them are compared. */
function phrases(rowCount: number, seed: number): Buffer {
  const random = seededRandom(seed)
  const text = (count: number) =>
    Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ')
  const rows = Array.from(
    { length: rowCount },
    (_, row) =>
      `c${row % 97},I would like to know where the order with the ${text(3)} is,Happy to help: ${row}.\n`,
  )
  return Buffer.from(`customer,question,answer\n${rows.join('')}`)
}

export const tables = {
  small: helpDesk(260, 5),
  large: helpDesk(6000, 9),
  phrases: phrases(5000, 3),
  other: helpDesk(120, 5),
  tiny: Buffer.from('customer,question,answer\na,One?,1\nb,Two?,2\nb,Three?,3\n'),
} as const

const plans: readonly SplitPlan[] = [
  { kind: 'random' },
  { kind: 'group', column: 'customer' },
  { kind: 'group', column: 'customer', withoutLeaked: true },
  { kind: 'similar' },
  { kind: 'similar', withoutLeaked: true },
  { kind: 'topic' },
  { kind: 'topic', withoutLeaked: true },
  { kind: 'file', datasetId: 'other' },
  { kind: 'file', datasetId: 'other', withoutLeaked: true },
]

const columns: ColumnRoles = { question: 'question', answer: 'answer' }

export const splitCases: readonly SplitCase[] = [
  ...(['small', 'large', 'phrases', 'tiny'] as const).flatMap((table) =>
    plans.flatMap((split) =>
      ([null, 100] as const).flatMap((sampleRows) =>
        (table === 'small' ? [1, 77] : [1]).map((splitSeed) =>
          caseOf({ table, split, splitSeed, validationFraction: 0.2, sampleRows, columns }),
        ),
      ),
    ),
  ),
  ...plans.map((split) =>
    caseOf({
      ...{ table: 'small', split, splitSeed: 3, validationFraction: 0.5, sampleRows: null },
      columns: { ...columns, inputTemplate: '{customer} asks: {question}' },
    }),
  ),
]

function caseOf(found: Omit<SplitCase, 'name'>): SplitCase {
  const { table, split, splitSeed, validationFraction, sampleRows, columns: roles } = found
  const name = [
    table,
    split.kind,
    'withoutLeaked' in split && split.withoutLeaked ? 'without leaked' : 'all',
    `seed ${splitSeed}`,
    `share ${validationFraction}`,
    sampleRows === null ? 'whole' : `${sampleRows} rows`,
    roles.inputTemplate === undefined ? 'plain' : 'template',
  ].join(', ')
  return { ...found, name }
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}
