/**
 * Opens SQLite: pragmas, migrations, handles, and the one translation from SQLite's codes to AppError.
 * The app and the command line may have the same file open at the same time.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import { migrations } from './migrations.ts'

declare const readable: unique symbol
declare const writable: unique symbol

/** May be handed to functions that only read. */
export type ReadableDb = Database.Database & { readonly [readable]: true }
/** May be handed to every function of this folder. */
export type WritableDb = ReadableDb & { readonly [writable]: true }

export const inMemory = ':memory:'

/** How long a statement waits for the other process to finish writing. */
const busyTimeoutMs = 10_000

/**
 * Opens the database, makes it if missing, and brings it to the newest schema.
 *
 * @param path file, or `inMemory`
 * @throws AppError DatabaseTooNew, DatabaseDamaged, DataDirectoryUnusable, DiskFull
 */
export function openDatabase(path: string): WritableDb {
  let db: Database.Database | undefined
  try {
    if (path !== inMemory) mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    db = connect(path)
    configure(db)
    migrate(db, path)
    return db as WritableDb // the brand exists for the type checker only
  } catch (error) {
    db?.close()
    throw translateDatabaseError(error, path)
  }
}

/**
 * Runs `work` as one transaction that takes the write lock at its start, so that what it reads cannot change before it
 * writes. Inside another transaction it becomes a savepoint.
 *
 * @throws AppError DiskFull, DatabaseDamaged, DataDirectoryUnusable; what `work` throws passes unchanged
 */
export function transact<T>(db: WritableDb, work: () => T): T {
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    throw translateDatabaseError(error, db.name)
  }
}

/** SQLite's and the file system's codes as AppError; anything else is returned as it came. */
export function translateDatabaseError(error: unknown, path: string): unknown {
  const code = errorCode(error)
  const options = { details: { path }, cause: error }
  switch (true) {
    case code.startsWith('SQLITE_CORRUPT'):
    case code === 'SQLITE_NOTADB':
      return new AppError('DatabaseDamaged', `The database is damaged: ${path}`, options)
    case code === 'SQLITE_FULL':
    case code === 'ENOSPC':
    case code === 'EDQUOT':
      return new AppError('DiskFull', `No space is left for the database: ${path}`, options)
    case code.startsWith('SQLITE_CANTOPEN'):
    case code.startsWith('SQLITE_READONLY'):
    case code.startsWith('SQLITE_IOERR'):
    case code.startsWith('SQLITE_PERM'):
    case ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code):
      return new AppError(
        'DataDirectoryUnusable',
        `The data folder cannot be used: ${path}`,
        options,
      )
    default:
      return error
  }
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

function connect(path: string): Database.Database {
  const nativeBinding = process.env['TIMBRE_SQLITE_BINDING']
  return new Database(path, { timeout: busyTimeoutMs, ...(nativeBinding && { nativeBinding }) })
}

/**
 * synchronous = FULL: in WAL mode NORMAL may lose the last commits in a power cut. Fixes, names and choices cannot be
 * rebuilt, and a commit's one fsync is cheap at a few commits per second.
 */
function configure(db: Database.Database): void {
  db.pragma(`busy_timeout = ${busyTimeoutMs}`)
  db.pragma('foreign_keys = ON')
  switchToWal(db)
  db.pragma('synchronous = FULL')
}

/** SQLite answers a contended switch to WAL with BUSY at once, whatever busy_timeout says; so the wait is ours. */
function switchToWal(db: Database.Database): void {
  const giveUpAtMs = Date.now() + busyTimeoutMs
  for (;;) {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if (!errorCode(error).startsWith('SQLITE_BUSY') || Date.now() > giveUpAtMs) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}

function migrate(db: Database.Database, path: string): void {
  const upgrade = db.transaction(() => {
    const version = schemaVersion(db)
    if (version > migrations.length) {
      throw new AppError('DatabaseTooNew', `The database was written by a newer Timbre: ${path}`, {
        details: { path, version, supported: migrations.length },
      })
    }
    for (const step of migrations.slice(version)) db.exec(step)
    db.pragma(`user_version = ${migrations.length}`)
  })
  if (schemaVersion(db) !== migrations.length) upgrade.immediate()
}

function schemaVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number // SQLite's own integer header field
}
