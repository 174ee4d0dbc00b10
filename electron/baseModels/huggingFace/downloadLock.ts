/** One program at a time writes to a download's folder: the window and the command line share them. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'

const lockFile = 'in-use'

/** @throws AppError HubDownloadBusy */
export async function withDownloadLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const file = path.join(directory, lockFile)
  if (!(await take(file))) {
    if (await isHeld(file)) throw busy(directory)
    // Whoever held it is gone.
    await rm(file, { force: true })
    if (!(await take(file))) throw busy(directory)
  }
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isHeld(file: string): Promise<boolean> {
  const pid = Number(await readFile(file, 'utf8').catch(() => ''))
  // This process's own number on a lock that it does not hold is an earlier process's.
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function busy(directory: string): AppError {
  return new AppError('HubDownloadBusy', `Another program downloads to ${directory}`)
}
