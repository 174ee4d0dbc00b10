import { expect, test } from 'vitest'
import { saveBatch } from '../../../electron/db/batches.ts'
import { saveRunCost } from '../../../electron/db/runCosts.ts'
import { paidJobs } from '../../../electron/training/paidJobs.ts'
import { batchSchema, type Batch } from '../../../shared/batch.ts'
import { aCandidate, insertTestVersion, openTestDatabase } from '../../support/database.ts'

const price = { perHour: 1.5, currency: 'USD' as const, reckonedIn: null }

function batch(id: string, status: Batch['status'], transform: object): Batch {
  return batchSchema.parse({
    id,
    speaker: { kind: 'candidate', candidateId: 'candidate-1' },
    title: 'Voice',
    datasetId: 'dataset-1',
    datasetName: 'Help desk',
    contentSha256: 'a'.repeat(64),
    column: 'question',
    settings: {},
    transform: {
      workspaceId: 'account',
      instanceType: 'ml.g5.2xlarge',
      jobName: `job-${id}`,
      collected: [],
      price,
      ...transform,
    },
    status,
    rowCount: 1,
    doneCount: 0,
    failedCount: 0,
    failure: null,
    createdAtMs: 1,
    endedAtMs: null,
  })
}

test('trainings of an account are paid for from their start, and none on this computer', () => {
  const running = { status: 'InProgress' as const, startedAtMs: 1 }
  const here = openTestDatabase()
  insertTestVersion(here, { candidates: [aCandidate(running)] })
  expect(paidJobs(here)).toEqual([])

  const db = openTestDatabase()
  insertTestVersion(db, {
    workspaceId: 'account',
    candidates: [
      aCandidate({ ...running, id: 'counted' }),
      aCandidate({ ...running, id: 'unpriced' }),
      aCandidate({ id: 'waits' }),
      aCandidate({ ...running, id: 'over', status: 'Completed' }),
    ],
  })
  saveRunCost(db, {
    candidateId: 'counted',
    workspaceId: 'account',
    pricePerHour: 4,
    currency: 'USD',
    reckonedIn: 'us-gov-west-1',
    billableSeconds: 1800,
    pricePerThousandTokens: 0,
    tokens: 0,
    isEnded: false,
    startedAtMs: 1,
  })
  expect(paidJobs(db)).toEqual([
    {
      kind: 'training',
      id: 'counted',
      price: { perHour: 4, currency: 'USD', reckonedIn: 'us-gov-west-1' },
      soFar: 2,
    },
    { kind: 'training', id: 'unpriced', price: null, soFar: 0 },
  ])
})

test('a transform job is paid for as long as it may run, and one that AWS refused is not', () => {
  const db = openTestDatabase()
  saveBatch(db, batch('runs', 'Running', { seconds: { 'job-runs': 3600 } }))
  saveBatch(db, batch('begins', 'Running', {}))
  saveBatch(db, batch('left', 'Failed', { seconds: { 'job-left': 7200 } }))
  saveBatch(db, batch('lost', 'Failed', {}))
  saveBatch(db, batch('refused', 'Failed', { jobName: null }))
  saveBatch(db, batch('ended', 'Completed', { jobName: null, seconds: { 'job-ended': 60 } }))
  const found = paidJobs(db).map(({ id, soFar }) => [id, soFar])
  expect(new Map(found as [string, number][])).toEqual(
    new Map([
      ['runs', 1.5],
      ['begins', 0],
      ['left', 3],
      ['lost', 0],
    ]),
  )
})
