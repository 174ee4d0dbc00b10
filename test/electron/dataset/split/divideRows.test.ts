/** What a seed gave once it gives for ever: versions that were trained find their rows by it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { SplitPlan } from '../../../../shared/workbench/splitChoice.ts'
import { AppError } from '../../../../shared/errors.ts'
import { RowDivider, type DivideOptions } from '../../../../electron/dataset/split/divideRows.ts'
import { previewSplit } from '../../../../electron/dataset/split/previewSplit.ts'
import {
  hashOf,
  keptSidesSchema,
  splitCases,
  tables,
  type SplitCase,
} from '../../../support/splitCases.ts'

const kept = keptSidesSchema.parse(
  JSON.parse(readFileSync(new URL('./splitSides.json', import.meta.url), 'utf8')),
)

function optionsOf({ name: _, table, split, ...rest }: SplitCase): DivideOptions {
  const request = {
    ...rest,
    split: split.kind === 'file' ? { ...split, contentSha256: split.datasetId } : split,
  }
  const read = (sha256: string) => {
    const content = Object.entries(tables).find(([name]) => name === sha256)?.[1]
    if (content) return [content]
    throw new Error(`There is no table ${sha256}`)
  }
  return { read, contentSha256: table, request }
}

async function sidesOf(one: SplitCase) {
  const divider = new RowDivider(optionsOf(one))
  try {
    const { training, validation, groupCount } = await divider.divide()
    const [trained, validated] = [[...training], [...validation]]
    return {
      training: { count: trained.length, sha256: hashOf(trained) },
      validation: {
        count: validated.length,
        sha256: hashOf(validated),
        first: validated.slice(0, 12),
      },
      groupCount,
    }
  } catch (error) {
    if (error instanceof AppError) return { failure: error.code }
    throw error
  } finally {
    divider.close()
  }
}

test('every case has its sides kept', () => {
  expect(Object.keys(kept).sort()).toEqual(splitCases.map(({ name }) => name).sort())
})

test.each(splitCases)('gives the sides that it always gave: $name', async (one) => {
  const before = kept[one.name]
  const sides = await sidesOf(one)
  if (!before || 'failure' in before) {
    expect(sides).toEqual(before)
    return
  }
  const { training, validation, groupCount, ...shown } = before
  expect(sides).toEqual({ training, validation, groupCount })
  const { leakage, topics, trainingTokens } = await previewSplit(optionsOf(one))
  const { examples } = leakage
  expect({
    trainingTokens,
    // Lines were told by others then.
    leakage: { ...leakage, examples: hashOf(examples.map((one) => ({ ...one, line: null }))) },
    // How many each topic has; what it is called may change.
    topics: hashOf(topics.map(({ training: trained, validation: held }) => [trained, held])),
  }).toEqual(shown)
})

const columns = { question: 'question', answer: 'answer' }

/** @param others the questions of a validation file */
function dividerOf(
  questions: readonly string[],
  split: SplitPlan,
  others: readonly string[] = [],
): RowDivider {
  const tableOf = (asked: readonly string[]) =>
    Buffer.from(`question,answer\n${asked.map((text, row) => `"${text}",Yes ${row}.\n`).join('')}`)
  return new RowDivider(
    {
      read: (sha256) => [tableOf(sha256 === 'other' ? others : questions)],
      contentSha256: 'own',
      request: { columns, validationFraction: 0.25, splitSeed: 3, split },
    },
    true,
  )
}

const file = { kind: 'file', datasetId: 'other', contentSha256: 'other' } as const

test('leakage tells the same question from one that is nearly the same', async () => {
  const divider = dividerOf(['How do I return the lamp that I bought last week?', 'Why?'], file, [
    ' How do I return the lamp that I bought last week?',
    'How do I return the lamp that I bought last week, please?',
    'Where is my order?',
  ])
  const leaks = divider.findLeaks(await divider.divide())
  expect([...leaks]).toEqual([
    { validation: 0, training: 0, isSame: true },
    { validation: 1, training: 0, isSame: false },
  ])
  expect(leaks.hasSeveralQuestions).toBe(true)
  divider.close()
})

test('a validation file that is all trained on leaves nothing to check with', async () => {
  const questions = ['Is it warm?', 'Is it light?', 'Is it here?']
  const divider = dividerOf(questions, { ...file, withoutLeaked: true }, questions.slice(1))
  await expect(divider.divide()).rejects.toMatchObject({ code: 'NothingToValidate' })
  divider.close()
})

test('rows of one group only can’t be divided by it', async () => {
  const split = { kind: 'group', column: 'answer' } as const
  const divider = new RowDivider({
    read: () => [Buffer.from('question,answer\nA?,Yes\nB?,Yes\nC?,Yes\n')],
    contentSha256: 'own',
    request: { columns, validationFraction: 0.25, splitSeed: 3, split },
  })
  await expect(divider.divide()).rejects.toMatchObject({
    ...{ code: 'SplitImpossible', details: { column: 'answer' } },
  })
  divider.close()
})

test('topics of very many rows are counted among some of them', async () => {
  const subjects = ['lamp', 'parcel', 'voucher', 'window', 'socket']
  const rows = Array.from({ length: 24_000 }, (_, row) => {
    const subject = subjects[row % subjects.length]
    return `Where is the ${subject} with the ${subject} number ${row}?,Answer ${row}\n`
  })
  const content = [Buffer.from(`question,answer\n${rows.join('')}`)]
  const request = { columns, validationFraction: 0.25, splitSeed: 3 }
  const preview = await previewSplit({ read: () => content, contentSha256: 'own', request })
  expect(preview).toMatchObject({
    ...{ trainingCount: 18_000, validationCount: 6_000, topicRowCount: 20_000 },
  })
  const training = preview.topics.reduce((sum, topic) => sum + topic.training, 0)
  expect(Math.abs(training - 18_000)).toBeLessThan(10)
})

test('of long questions the beginning is shown', async () => {
  const long = '灯😀'.repeat(2000)
  const rows = [`${long} A`, `${long} B`, 'Why?', 'How?'].map((asked) => `${asked},Yes.\n`)
  const content = [Buffer.from(`question,answer\n${rows.join('')}`)]
  const { leakage } = await previewSplit({
    ...{ read: () => content, contentSha256: 'own' },
    request: { columns, validationFraction: 0.5, splitSeed: 4 },
  })
  expect(leakage.examples).toMatchObject([
    { training: long.slice(0, 1000), validation: long.slice(0, 1000) },
  ])
})
