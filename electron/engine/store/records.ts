/** Named records (training jobs, models, endpoints, ...), one JSON file each, that outlive a restart. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export interface RecordTable<T> {
  /** In the order of creation. */
  list(): readonly T[]
  find(name: string): T | undefined
  put(record: T): void
  /** In memory alone: for a change that must be seen although the disk took nothing more. */
  remember(record: T): void
  delete(name: string): boolean
}

/**
 * Records are few and small: all are held in memory, and each change is written at once, temporary file first, so that a
 * kill at any moment leaves the old record or the new one.
 */
export function openRecordTable<T extends { readonly createdAtMs: number }>(
  directory: string,
  nameOf: (record: T) => string,
): RecordTable<T> {
  mkdirSync(directory, { recursive: true })
  const records = new Map<string, T>()
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.json')) continue
    const record = readRecord<T>(path.join(directory, file))
    if (record) records.set(nameOf(record), record)
  }
  // Hashed, since names differ by case alone and some file systems don't see that.
  const fileOf = (name: string) =>
    path.join(directory, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.json`)

  return {
    list: () =>
      [...records.values()].sort(
        (a, b) => a.createdAtMs - b.createdAtMs || (nameOf(a) < nameOf(b) ? -1 : 1),
      ),
    find: (name) => records.get(name),
    put(record) {
      const file = fileOf(nameOf(record))
      writeFileSync(`${file}.new`, JSON.stringify(record), { flush: true })
      renameSync(`${file}.new`, file)
      records.set(nameOf(record), record)
    },
    remember: (record) => void records.set(nameOf(record), record),
    delete(name) {
      if (!records.delete(name)) return false
      rmSync(fileOf(name), { force: true })
      return true
    },
  }
}

/** A record that a failing disk damaged is set aside: one lost entry must not keep the engine from starting. */
function readRecord<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T // written by put alone
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    renameSync(file, `${file}.damaged`)
    return null
  }
}
