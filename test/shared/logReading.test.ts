import { expect, test } from 'vitest'
import { findTroubleLines, searchLines } from '../../shared/logReading.ts'

const log = [
  '2026-11-27 sagemaker-training-toolkit INFO Invoking user script',
  'FutureWarning: errors may follow from `use_cache`',
  "{'loss': 2.31, 'epoch': 0.1}",
  'Traceback (most recent call last):',
  '  File "transfer_learning.py", line 12, in <module>',
  'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB',
  'ERROR Reporting training FAILURE',
]

test('a lack of memory is what matters, not the trace around it', () => {
  expect(findTroubleLines(log)).toEqual([{ index: 5, kind: 'outOfMemory' }])
})

test.each([
  ['botocore.exceptions.ClientError: AccessDenied when calling GetObject', 'accessDenied'],
  ["KeyError: 'completion'", 'badData'],
  ['The column “input” is missing', 'badData'],
  ['InsufficientInstanceCapacity: no p4d', 'capacity'],
  ['ValueError: learning rate must be positive', 'error'],
])('“%s” is %s', (line, kind) => {
  expect(findTroubleLines(['fine', line])).toEqual([{ index: 1, kind }])
})

test('a log without trouble has none, and a long trace is cut to its end', () => {
  expect(findTroubleLines(log.slice(0, 3))).toEqual([])
  const many = Array.from({ length: 10 }, () => 'ValueError: x')
  expect(findTroubleLines(many).map(({ index }) => index)).toEqual([7, 8, 9])
})

test('search ignores case; nothing typed shows everything', () => {
  expect(searchLines(log, 'CUDA')).toEqual([5])
  expect(searchLines(log, 'error')).toEqual([1, 5, 6])
  expect(searchLines(log, ' ')).toHaveLength(log.length)
})
