import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { makeDesks } from '../../../../build/corpus/conversations.ts'
import { parseTokenizer } from '../../../../electron/engine/model/tokenizer.ts'
import { trainTokenizer } from '../../../../electron/engine/model/tokenizerTraining.ts'

function mergesOf(document: unknown): string[] {
  const { model } = z
    .looseObject({ model: z.looseObject({ merges: z.array(z.array(z.string())) }) })
    .parse(document)
  return model.merges.map((merge) => merge.join('+'))
}

const withoutMerges = 2 + 256

test('merges the most frequent pair first, then the one that sorts first', () => {
  const texts = ['ab ab ab', 'cd cd', 'xy xy'] // " ab" twice and "ab" once, then " cd", "cd", " xy", "xy" once each
  expect(mergesOf(trainTokenizer(texts, withoutMerges + 4))).toEqual(['a+b', 'c+d', 'x+y', 'Ġ+ab'])
})

test('counts a pair again after a merge has taken one of its symbols', () => {
  // a+b 5; then b+c is left with the 2 of "xbc", and ab+c has 3.
  const texts = ['abc', 'abc', 'abc', 'ab', 'ab', 'xbc', 'xbc']
  expect(mergesOf(trainTokenizer(texts, withoutMerges + 3))).toEqual(['a+b', 'ab+c', 'b+c'])
})

test('stops when no pair comes twice', () => {
  expect(mergesOf(trainTokenizer(['ab cd'], 4096))).toEqual([])
})

test('puts the special tokens first and splits digits one by one', () => {
  const tokenizer = parseTokenizer(trainTokenizer(['2026 2026 2026 2026'], 300))
  expect([tokenizer.endOfTextId, tokenizer.padId]).toEqual([0, 1])
  expect(tokenizer.encode('2026')).toHaveLength(4)
})

test('learns no merges from runs longer than a word', () => {
  expect(mergesOf(trainTokenizer(['灯'.repeat(13), '灯'.repeat(13)], 300))).toEqual([])
  expect(mergesOf(trainTokenizer(['灯'.repeat(12), '灯'.repeat(12)], 300))).not.toEqual([])
})

test('learns the same vocabulary whatever the order of the texts', () => {
  const texts = (['en', 'zh'] as const)
    .flatMap((language) => makeDesks(language, 120, 11).flat())
    .flatMap(({ prompt, completion }) => [prompt, completion])
  const merges = mergesOf(trainTokenizer(texts, 800))
  expect(merges).toHaveLength(800 - withoutMerges)
  expect(mergesOf(trainTokenizer(texts.toReversed(), 800))).toEqual(merges)
})

test('what it learned round-trips text it has never seen', () => {
  const tokenizer = parseTokenizer(trainTokenizer(['the lamp on the table', 'the lamp'], 270))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
    }),
    { seed: 3 },
  )
})
