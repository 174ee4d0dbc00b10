import { expect, test } from 'vitest'
import { metadataValue } from '../../../shared/registry.ts'
import { verdictText } from '../../../electron/registry/verdictText.ts'

test('a verdict is words that the registry takes as they are', () => {
  const text = verdictText({
    outcome: 'better',
    certainty: 'veryLikely',
    better: 8,
    worse: 0,
    ties: 1,
    pValue: 0.007812500000000002,
  })
  expect(text).toBe('better / very likely real / 8 rows better / 0 worse / 1 equal / p=0.0078')
  expect(metadataValue(text)).toBe(text)
})
