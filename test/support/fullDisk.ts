/** The file system's `open` on a disk that becomes full: the file appears, and every write to it fails. */
import * as fs from 'node:fs/promises'

export async function openOnFullDisk(path: string, flags: string): Promise<fs.FileHandle> {
  const file = await fs.open(path, flags)
  if (!flags.includes('w')) return file
  const noSpace = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  file.writeFile = async () => {
    await file.write('half')
    throw noSpace
  }
  return file
}
