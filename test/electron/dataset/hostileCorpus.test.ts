import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scanFile } from '../../../electron/dataset/scanFile.ts'
import { AppError } from '../../../shared/errors.ts'
import { hostileFiles } from '../../support/hostileFiles.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-hostile-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('more than 300 hostile files: each is read or refused in words, and no row goes without a finding', async () => {
  const files = hostileFiles()
  expect(files.length).toBeGreaterThan(300)
  const silent: string[] = []
  for (const [name, bytes] of files) {
    const path = join(folder, 'file')
    writeFileSync(path, bytes)
    const report = await scanFile(path).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code === 'Internal')
        throw new Error(name, { cause: error })
      return null
    })
    // A row that training cannot use is one that a finding names.
    const lost = report ? report.rowCount - report.usableRowCount : 0
    const named = report?.findings.reduce((sum, { count }) => sum + count, 0) ?? 0
    if (lost > named) silent.push(name)
  }
  expect(silent).toEqual([])
})

test('follows a link to a file, and refuses one that leads nowhere', async () => {
  const path = join(folder, 'real.csv')
  writeFileSync(path, 'question,answer\nQ?,A\n')
  symlinkSync(path, join(folder, 'link.csv'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.csv'))
  expect(await scanFile(join(folder, 'link.csv'))).toMatchObject({ rowCount: 1 })
  await expect(scanFile(join(folder, 'broken.csv'))).rejects.toMatchObject({ code: 'FileNotFound' })
})
