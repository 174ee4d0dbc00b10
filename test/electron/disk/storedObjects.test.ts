import { expect, test } from 'vitest'
import { settledCopies } from '../../../electron/disk/storedObjects.ts'

const hourMs = 60 * 60 * 1000
const at = (key: string, ageMs: number) => ({
  key,
  sizeBytes: 1,
  modifiedAtMs: 10 * hourMs - ageMs,
})

test('only copies that nothing may be working with any more are cleared', () => {
  const objects = [
    at('timbre/datasets/a/training/train.jsonl', 2 * hourMs),
    at('timbre/datasets/b/training/train.jsonl', hourMs / 2),
    at('timbre/questions/c.json', 2 * hourMs),
    at('timbre/exports/d/model.safetensors', 2 * hourMs),
    at('timbre/jobs/e/output/model.tar.gz', 2 * hourMs),
    at('timbre/checkpoints/f/checkpoint.safetensors', 2 * hourMs),
    at('mine/data.csv', 2 * hourMs),
  ]
  expect(settledCopies(objects, 10 * hourMs).map(({ key }) => key)).toEqual([
    'timbre/datasets/a/training/train.jsonl',
    'timbre/questions/c.json',
    'timbre/exports/d/model.safetensors',
  ])
})
