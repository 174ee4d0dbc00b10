import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findCandidate, updateCandidate } from '../../../electron/db/candidates.ts'
import { openDatabase, type WritableDb } from '../../../electron/db/database.ts'
import { claimLastsMs } from '../../../electron/db/jobClaims.ts'
import { createTrainingQueue } from '../../../electron/training/queue.ts'
import type { Connection } from '../../../electron/aws/workspace.ts'
import type { Candidate } from '../../../shared/model.ts'
import { localWorkspaceId } from '../../../shared/workspace.ts'
import { aCandidate, insertTestVersion } from '../../support/database.ts'

/** Of a connection, the queue asks for nothing else. */
const here = { kind: 'local', workspaceId: localWorkspaceId } as Connection

let folder: string
let dbs: WritableDb[]
let nowMs: number
let candidate: Candidate

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'timbre-queue-'))
  dbs = ['window', 'command line'].map(() => openDatabase(path.join(folder, 'timbre.db')))
  nowMs = 1_000_000
  insertTestVersion(dbs[0]!, {
    candidates: [
      aCandidate({ id: 'first', status: 'Queued' }),
      aCandidate({ id: 'second', status: 'Queued' }),
    ],
  })
  candidate = findCandidate(dbs[0]!, 'first')!
})
afterEach(() => {
  for (const db of dbs) db.close()
  rmSync(folder, { recursive: true })
})

const faces = () => dbs.map((db) => createTrainingQueue(db, () => nowMs))

test('one face enters with a candidate, and its place is taken for the others', () => {
  const [window, commandLine] = faces()
  const leave = window!.enter(here, candidate)
  expect(leave).not.toBeNull()
  expect([window, commandLine].map((face) => face!.enter(here, candidate))).toEqual([null, null])
  // This computer trains one at a time.
  const second = findCandidate(dbs[1]!, 'second')!
  expect(commandLine!.hasRoom(here, second)).toBe(false)
  leave!()
  expect(commandLine!.enter(here, candidate)).not.toBeNull()
})

test('what a face left behind that was killed lapses, and a late goodbye takes nothing away', () => {
  const [window, commandLine] = faces()
  const leave = window!.enter(here, candidate)
  nowMs += claimLastsMs
  expect(commandLine!.enter(here, candidate)).not.toBeNull()
  leave!()
  expect(window!.enter(here, candidate)).toBeNull()
})

test('a clock that was set back holds nobody up', () => {
  const [window, commandLine] = faces()
  expect(window!.enter(here, candidate)).not.toBeNull()
  nowMs -= 3_600_000
  expect(commandLine!.enter(here, candidate)).not.toBeNull()
})

test('nobody enters for a job that was stopped and goes on under another name', () => {
  const [window] = faces()
  updateCandidate(dbs[0]!, candidate.id, { trainingJobName: 'timbre-voice-later' })
  expect(window!.enter(here, candidate)).toBeNull()
})

test('goes on when the database was closed meanwhile', () => {
  const [, commandLine] = faces()
  const leave = commandLine!.enter(here, candidate)
  dbs[1]!.close()
  expect(leave!).not.toThrow()
})
