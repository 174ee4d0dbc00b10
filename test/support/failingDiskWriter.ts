/**
 * The thread that writes files, on a disk whose first write past the cache fails a moment before the second one succeeds.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { openSync } = fs
// Whatever the file system of the test can do, the file is written as one that may go past the cache.
fs.openSync = (path, flags, mode) =>
  openSync(path, typeof flags === 'number' ? fs.constants.O_WRONLY : flags, mode)

type Done = (error: Error | null, written: number) => void
const noSpace = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
let writes = 0
const write = (
  _file: number,
  _bytes: Buffer,
  _from: number,
  length: number,
  ...rest: unknown[]
) => {
  const done = rest.at(-1) as Done // as fileWriter.ts calls it
  writes += 1
  if (writes === 1) setTimeout(() => done(noSpace, 0), 20)
  else setTimeout(() => done(null, length), 100)
}
Object.assign(fs, { write })
syncBuiltinESMExports()
await import('../../electron/dataset/threads/fileWriter.ts')
