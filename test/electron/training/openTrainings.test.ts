import { expect, test } from 'vitest'
import { openTrainings } from '../../../electron/training/openTrainings.ts'
import { aCandidate, insertTestVersion, openTestDatabase } from '../../support/database.ts'

const waiting = aCandidate({ id: 'waiting', status: 'Queued' })
const running = aCandidate({ id: 'running', status: 'InProgress' })

test('a model counts once, with what waits and what runs', () => {
  const db = openTestDatabase()
  const { modelId } = insertTestVersion(db, { candidates: [waiting, running] })
  const { name } = db.prepare('SELECT name FROM models WHERE id = ?').get(modelId) as {
    name: string
  }
  expect(openTrainings(db)).toEqual({ here: [name], all: [name] })
})

test('what an account trains does not stand still without this computer', () => {
  const db = openTestDatabase()
  insertTestVersion(db, { workspaceId: 'account', candidates: [running] })
  expect(openTrainings(db)).toMatchObject({ here: [], all: [expect.any(String)] })
})

test('what has ended is not under way', () => {
  const db = openTestDatabase()
  insertTestVersion(db, { candidates: [aCandidate({ status: 'Completed' })] })
  expect(openTrainings(db)).toEqual({ here: [], all: [] })
})
