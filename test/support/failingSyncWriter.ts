/** The thread that writes files, on a disk that fails to keep what was written and says so once: to who syncs first. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { openSync } = fs
fs.openSync = (path, flags, mode) => {
  if (typeof flags === 'number') throw new Error('This disk knows the cache only')
  return openSync(path, flags, mode)
}
const writeSync = (_file: number, _bytes: Buffer, _from: number, length: number) => length
const lost = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
const fdatasync = (_file: number, done: (error: Error) => void) => setTimeout(() => done(lost), 20)
Object.assign(fs, { writeSync, fdatasync })
syncBuiltinESMExports()
await import('../../electron/dataset/threads/fileWriter.ts')
