import { expect, test } from 'vitest'
import { spaceShares } from '../../renderer/disk/spaceShares.ts'
import type { DiskItem, DiskLedger } from '../../shared/diskLedger.ts'

const item = (kind: DiskItem['kind'], bytes: number, held: DiskItem['held'] = null): DiskItem => ({
  kind,
  id: kind,
  name: kind,
  detail: null,
  modelId: null,
  sizeBytes: bytes,
  freesBytes: held === 'bundled' ? 0 : bytes,
  held,
})

test('the shares are the folder: a model counts by its parts, and what comes with Timbre does not', () => {
  const ledger: DiskLedger = {
    directory: '/data',
    totalBytes: 201,
    freeBytes: 1000,
    isComplete: true,
    items: [
      item('model', 30),
      item('candidate', 20),
      item('checkpoint', 10),
      item('baseModel', 500, 'bundled'),
      item('dataset', 6),
      item('scoringModel', 3),
      item('evaluationSet', 2),
    ],
    caches: [{ cache: 'downloads', sizeBytes: 100 }],
    otherBytes: 60,
    bin: [],
  }
  const shares = spaceShares(ledger)
  expect(shares).toEqual([
    { name: 'models', bytes: 30 },
    { name: 'datasets', bytes: 6 },
    { name: 'evaluation', bytes: 5 },
    { name: 'caches', bytes: 100 },
    { name: 'other', bytes: 60 },
  ])
  expect(shares.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(ledger.totalBytes)
})
