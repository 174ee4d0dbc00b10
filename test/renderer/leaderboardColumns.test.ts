import { expect, test } from 'vitest'
import {
  filterEntries,
  leaderboardColumns,
  sortEntries,
} from '../../renderer/leaderboard/columns.ts'
import { settingsOf } from '../../renderer/leaderboard/comparedSettings.ts'
import { getModel } from '../../electron/db/models.ts'
import { leaderboardOf, modelLeaderboardOf } from '../../electron/training/leaderboardOf.ts'
import { insertMetricPoints } from '../../electron/db/metrics.ts'
import enAnalysis from '../../shared/locales/en/analysis.json' with { type: 'json' }
import { aCandidate, insertTestVersion, openTestDatabase } from '../support/database.ts'

function openBoard() {
  const db = openTestDatabase()
  const version = insertTestVersion(db, {
    candidates: [
      aCandidate({ id: 'a', baseModelName: 'Alpha', status: 'Completed', trainingSeconds: 90 }),
      aCandidate({
        id: 'b',
        baseModelName: 'Beta',
        status: 'InProgress',
        hyperparameters: { epoch: '8', extra: 'x' },
      }),
    ],
  })
  const point = { candidateId: 'a', loggedAtMs: 1 }
  insertMetricPoints(db, [
    { ...point, metric: 'validation_loss', step: 1, value: 2 },
    { ...point, metric: 'validation_loss', step: 2, value: 1 },
    { ...point, metric: 'validation_loss', step: 3, value: 1.5 },
    { ...point, metric: 'train_loss', step: 2, value: 0.5 },
    { ...point, metric: 'train_loss', step: 3, value: 0.2 },
    { ...point, metric: 'validation_bits_per_byte', step: 2, value: 0.7 },
    { ...point, metric: 'train_tokens', step: 1, value: 300 },
    { ...point, metric: 'train_tokens', step: 2, value: 200 },
  ])
  return { db, version, entries: leaderboardOf(db, version.id) }
}

test('an entry stands for the step of the lowest validation loss', () => {
  const { entries, db, version } = openBoard()
  expect(entries[0]).toMatchObject({
    candidateId: 'a',
    versionNumber: 1,
    validationLoss: 1,
    validationLossStep: 2,
    trainingLoss: 0.5,
    validationBitsPerByte: 0.7,
    tokensSeen: 500,
    costUsd: 0,
    evaluation: null,
    lagging: null,
  })
  expect(modelLeaderboardOf(db, version.modelId).map(({ candidateId }) => candidateId)).toEqual([
    'a',
    'b',
  ])
})

test('sorts either way, with what is unknown last, and filters by what is shown', () => {
  const { entries } = openBoard()
  const ids = (descending: boolean) =>
    sortEntries(entries, { key: 'time', descending }).map(({ candidateId }) => candidateId)
  expect(ids(false)).toEqual(['a', 'b'])
  expect(ids(true)).toEqual(['a', 'b'])
  const filtered = (text: string) =>
    filterEntries(entries, text, ({ status }) => status).map(({ candidateId }) => candidateId)
  expect(filtered('bet')).toEqual(['b'])
  expect(filtered('completed')).toEqual(['a'])
  expect(filtered(' v1 ')).toEqual(['a', 'b'])
  expect(filtered('')).toEqual(['a', 'b'])
})

test('every column has its words', () => {
  const { columns, meanings } = enAnalysis.leaderboard
  const keys = leaderboardColumns.map(({ key }) => key).sort()
  expect(Object.keys(columns).sort()).toEqual(keys)
  expect(Object.keys(meanings).sort()).toEqual(keys)
})

test('settings of two candidates say where they differ', () => {
  const { db, version } = openBoard()
  const settings = settingsOf(getModel(db, version.modelId), 'a', 'b')
  expect(settings.filter(({ differs }) => differs)).toEqual([
    { name: 'baseModel', values: ['Alpha', 'Beta'], differs: true },
    { name: 'epoch', values: ['4', '8'], differs: true },
    { name: 'extra', values: ['–', 'x'], differs: true },
  ])
  expect(settings.some(({ name, differs }) => name === 'splitSeed' && !differs)).toBe(true)
})
