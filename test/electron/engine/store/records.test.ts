import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLogStream } from '../../../../electron/engine/store/logStream.ts'
import { openRecordTable } from '../../../../electron/engine/store/records.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'timbre-records-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

interface Row {
  readonly name: string
  readonly createdAtMs: number
}
const open = () => openRecordTable<Row>(path.join(directory, 'rows'), (row) => row.name)

test('records outlive a restart, in the order of creation, names apart by case', () => {
  const table = open()
  table.put({ name: 'b', createdAtMs: 1 })
  table.put({ name: 'B', createdAtMs: 2 })
  table.put({ name: 'a', createdAtMs: 2 })
  table.put({ name: 'gone', createdAtMs: 3 })
  expect(table.delete('gone')).toBe(true)
  expect(table.delete('gone')).toBe(false)
  expect(
    open()
      .list()
      .map((row) => row.name),
  ).toEqual(['b', 'B', 'a'])
})

test('a damaged record and one half-written do not keep the others from being read', () => {
  open().put({ name: 'good', createdAtMs: 1 })
  writeFileSync(path.join(directory, 'rows', 'damaged.json'), '{"name":"da')
  writeFileSync(path.join(directory, 'rows', 'half.json.new'), '{')
  expect(open().list()).toEqual([{ name: 'good', createdAtMs: 1 }])
  expect(readdirSync(path.join(directory, 'rows'))).toContain('damaged.json.damaged')
})

test('a log with half a line at its end goes on after the last whole one', () => {
  const file = path.join(directory, 'log.jsonl')
  const log = openLogStream(file)
  log.append('one — ü', 1)
  log.append('two', 2)
  writeFileSync(file, '{"timestamp":3,"mess', { flag: 'a' })
  const again = openLogStream(file)
  again.append('three', 3)
  expect(openLogStream(file).events()).toEqual([
    { timestamp: 1, message: 'one — ü' },
    { timestamp: 2, message: 'two' },
    { timestamp: 3, message: 'three' },
  ])
})
