import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { getCandidate, updateCandidate } from '../../../electron/db/candidates.ts'
import { listTurns, searchConversations } from '../../../electron/db/conversations.ts'
import { inMemory, openDatabase, transact } from '../../../electron/db/database.ts'
import { listMetricPoints } from '../../../electron/db/metrics.ts'
import { migrations } from '../../../electron/db/migrations.ts'
import { getResourceName, renameModel } from '../../../electron/db/models.ts'
import { getSettings, updateSettings } from '../../../electron/db/settings.ts'
import { insertTestVersion } from '../../support/database.ts'

const run = promisify(execFile)
const writer = join(import.meta.dirname, '../../support/writeMetricPoints.ts')
let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-db-'))
  path = join(folder, 'data', 'timbre.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('makes the folder and the newest schema, and opens it again with what was stored', () => {
  const first = openDatabase(path)
  expect(first.pragma('user_version', { simple: true })).toBe(migrations.length)
  updateSettings(first, { language: 'zh' })
  first.close()
  const second = openDatabase(path)
  expect(getSettings(second).language).toBe('zh')
  second.close()
})

/**
 * A database as it was before the migration that contains `mark`, with a model, a version and a candidate. Today's statements
 * name columns of later schemas.
 */
function openBefore(mark: string, candidate: Readonly<Record<string, string>>): Database.Database {
  const step = migrations.findIndex((migration) => migration.includes(mark))
  mkdirSync(dirname(path))
  const old = new Database(path)
  for (const migration of migrations.slice(0, step)) old.exec(migration)
  old.pragma(`user_version = ${step}`)
  old.exec(`
    INSERT INTO models VALUES ('model-1', 'Voice', 'fine-tune-foundation-model', 2000);
    INSERT INTO versions (id, model_id, number, workspace_id, dataset_id, dataset_name, dataset_sha256, question_column,
      answer_column, validation_fraction, split_seed, training_row_count, validation_row_count, created_at_ms)
      VALUES ('version-1', 'model-1', 1, 'local', 'dataset-1', 'Help desk', 'a', 'q', 'a', 0.2, 10, 160, 40, 2000);
  `)
  const columns = Object.entries({
    id: 'candidate-1',
    version_id: 'version-1',
    position: 0,
    hyperparameters: '{}',
    training_job_name: 'job-1',
    created_at_ms: 2000,
    ...candidate,
  })
  old
    .prepare(
      `INSERT INTO candidates (${columns.map(([name]) => name).join(', ')})
       VALUES (${columns.map(() => '?').join(', ')})`,
    )
    .run(columns.map(([, value]) => value))
  return old
}

test('keeps what was asked before conversations had branches, as turns with their answers', () => {
  const old = openBefore('DROP TABLE exchanges', {
    base_model_id: 'timbre-small',
    base_model_name: 'Timbre Small',
    status: 'Completed',
  })
  const insert = old.prepare(`
    INSERT INTO exchanges (id, candidate_id, prompt, tuned_answer, base_answer, settings, asked_at_ms)
    VALUES (?, 'candidate-1', ?, ?, ?, ?, ?)`)
  const settings = { maxNewTokens: 20, temperature: 0, topP: 0.9, seed: 1 }
  insert.run('first', 'Hello?', 'Hi!', '你好', JSON.stringify(settings), 7)
  insert.run('second', 'And then?', '', 'Well', JSON.stringify(settings), 8)
  old.close()

  const db = openDatabase(path)
  const base = { title: 'Timbre Small', speaker: { kind: 'base', baseModelId: 'timbre-small' } }
  expect(listTurns(db, 'first')).toMatchObject([
    {
      prompt: 'Hello?',
      parentId: null,
      settings,
      askedAtMs: 7,
      answers: [
        {
          text: 'Hi!',
          title: 'Voice V1 · Timbre Small',
          speaker: { kind: 'candidate', candidateId: 'candidate-1' },
          rating: null,
        },
        { text: '你好', ...base },
      ],
    },
  ])
  expect(listTurns(db, 'second')).toMatchObject([{ answers: [{ text: 'Well', ...base }] }])
  expect(searchConversations(db, '', 9).map(({ title }) => title)).toEqual(['And then?', 'Hello?'])
  db.close()
})

test('what was trained before AWS’s bill was read says nothing of it, and learns it', () => {
  const old = openBefore('COLUMN billed', {
    base_model_id: 'mistral',
    base_model_name: 'Mistral',
    status: 'InProgress',
    prompt_template: '{"prompt": "{prompt}", "completion": "{completion}"}',
  })
  old.close()
  const db = openDatabase(path)
  expect(getCandidate(db, 'candidate-1').billed).toBeNull()
  const billed = { unit: 'seconds' as const, amount: 90 }
  updateCandidate(db, 'candidate-1', { billed })
  expect(getCandidate(db, 'candidate-1').billed).toEqual(billed)
  db.close()
})

test('a model from before it could be renamed keeps its name for what AWS has of it', () => {
  openBefore('COLUMN resource_name', {
    base_model_id: 'mistral',
    base_model_name: 'Mistral',
    status: 'Completed',
    prompt_template: '{"prompt": "{prompt}", "completion": "{completion}"}',
  }).close()
  const db = openDatabase(path)
  renameModel(db, 'model-1', 'Desk')
  expect(getResourceName(db, 'model-1')).toBe('Voice')
  db.close()
})

test('writes ahead, enforces references and syncs every commit', () => {
  const db = openDatabase(path)
  const pragmas = ['journal_mode', 'foreign_keys', 'synchronous', 'busy_timeout']
  expect(pragmas.map((name) => db.pragma(name, { simple: true }))).toEqual(['wal', 1, 2, 10_000])
  db.close()
})

test('has only strict tables', () => {
  const db = openDatabase(inMemory)
  const lax = "SELECT name FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'"
  expect(db.prepare(lax).pluck().all()).toEqual([])
})

test('refuses a database from a newer version and leaves it as it is', () => {
  openDatabase(path).close()
  const newer = new Database(path)
  newer.pragma(`user_version = ${migrations.length + 1}`)
  newer.close()
  const before = readFileSync(path)
  expect(() => openDatabase(path)).toThrow(
    expect.objectContaining({ code: 'DatabaseTooNew', details: expect.objectContaining({ path }) }),
  )
  expect(readFileSync(path)).toEqual(before)
})

test('names the file that is no database', () => {
  const damaged = join(folder, 'timbre.db')
  writeFileSync(damaged, 'This was a database once. '.repeat(400))
  expect(() => openDatabase(damaged)).toThrow(
    expect.objectContaining({ code: 'DatabaseDamaged', details: { path: damaged } }),
  )
})

test('says so when the data folder is a file', () => {
  const file = join(folder, 'occupied')
  writeFileSync(file, '')
  expect(() => openDatabase(join(file, 'timbre.db'))).toThrow(
    expect.objectContaining({ code: 'DataDirectoryUnusable' }),
  )
})

test('reports a full disk and keeps what was there', () => {
  const db = openDatabase(path)
  db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true }) as number}`)
  const fill = () =>
    transact(db, () =>
      db.prepare("INSERT INTO settings VALUES ('filler', ?)").run('x'.repeat(1_000_000)),
    )
  expect(fill).toThrow(expect.objectContaining({ code: 'DiskFull' }))
  expect(db.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(0)
  db.close()
})

test('lets an error of the work pass and takes the work back', () => {
  const db = openDatabase(inMemory)
  const failing = () =>
    transact(db, () => {
      updateSettings(db, { language: 'zh' })
      throw new RangeError('stop')
    })
  expect(failing).toThrow(RangeError)
  expect(getSettings(db).language).toBe('system')
})

test('loads the native library that the environment names', () => {
  const name = 'TIMBRE_SQLITE_BINDING'
  const before = process.env[name]
  try {
    process.env[name] = join(folder, 'missing.node')
    expect(() => openDatabase(inMemory)).toThrow('missing.node')
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
})

test('lets three processes open a fresh file and write at the same time', async () => {
  const count = 100
  const opened = ['a', 'b', 'c'].map((name) =>
    run(process.execPath, [writer, join(folder, 'fresh.db'), '0', name]),
  )
  await Promise.all(opened)
  const db = openDatabase(path)
  insertTestVersion(db)
  const metrics = ['train_loss', 'validation_loss']
  await Promise.all(
    metrics.map((metric) => run(process.execPath, [writer, path, String(count), metric])),
  )
  const points = listMetricPoints(db, 'candidate-1')
  expect(points.map(({ metric, step }) => `${metric} ${step}`).sort()).toEqual(
    metrics.flatMap((metric) => Array.from({ length: count }, (_, i) => `${metric} ${i}`)).sort(),
  )
  db.close()
})
