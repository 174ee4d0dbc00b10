/** One engine per store: two would train the same job twice. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'

export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError'
  readonly pid: number

  constructor(pid: number) {
    super(`Another engine (process ${pid}) works on this data folder.`)
    this.pid = pid
  }
}

/**
 * Makes a lock file with this process's number; a lock whose process is gone is taken over.
 * @returns a function that gives the lock back
 * @throws StoreLockedError
 */
export function lockStore(file: string): () => void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const descriptor = openSync(file, 'wx')
      writeSync(descriptor, String(process.pid))
      closeSync(descriptor)
      return () => rmSync(file, { force: true })
    } catch (error) {
      const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
      if (!exists || attempt >= 3) throw error
      const owner = readOwner(file)
      if (owner !== null && owner !== process.pid && isAlive(owner))
        throw new StoreLockedError(owner)
      rmSync(file, { force: true })
    }
  }
}

function readOwner(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null // gone between the two calls: the next attempt takes it
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
