import { expect, test } from 'vitest'
import { nextToAsk, withChoice, type DroppedFile } from '../../renderer/datasets/droppedFiles.ts'

const dropped = (id: string, sheets: string[] = [], entries: string[] = []): DroppedFile => ({
  id,
  path: `/data/${id}`,
  parts: { sheets, entries },
})

const files = [
  dropped('rows.csv'),
  dropped('one.xlsx', ['Only']),
  dropped('first.xlsx', ['Notes', 'Answers']),
  { id: 'gone.xlsx', path: '/data/gone.xlsx', parts: null },
  dropped('second.zip', [], ['a.csv', 'b.csv']),
]

test('those with several sheets or files are asked for, one after the other, in the order dropped', () => {
  expect(nextToAsk(files)?.id).toBe('first.xlsx')
  const one = withChoice(files, 'first.xlsx', { sheet: 'Answers' })
  expect(nextToAsk(one)?.id).toBe('second.zip')
  const both = withChoice(one, 'second.zip', { entry: 'b.csv' })
  expect(nextToAsk(both)).toBeUndefined()
  expect(both.map(({ id, choice }) => [id, choice])).toEqual([
    ['rows.csv', undefined],
    ['one.xlsx', undefined],
    ['first.xlsx', { sheet: 'Answers' }],
    ['gone.xlsx', undefined],
    ['second.zip', { entry: 'b.csv' }],
  ])
})

test('a choice that was closed leaves its file out, and only that', () => {
  const rest = withChoice(files, 'first.xlsx', null)
  expect(rest.map(({ id }) => id)).toEqual(['rows.csv', 'one.xlsx', 'gone.xlsx', 'second.zip'])
  expect(nextToAsk(rest)?.id).toBe('second.zip')
})
