import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fixFile, scanFile } from '../../../electron/dataset/scanFile.ts'

const faulty = '\ufeffquestion,answer\nQ?,A\nQ?,A\n\nR?,\u0007B\n\n'
let folder = ''
let path = ''
let out = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-scan-'))
  path = join(folder, 'in.csv')
  out = join(folder, 'out.csv')
  writeFileSync(path, faulty)
})
afterEach(() => rmSync(folder, { recursive: true }))

test('scans a file', async () => {
  const { findings } = await scanFile(path)
  expect(findings.map(({ code }) => code)).toEqual([
    'byte-order-mark',
    'control-character',
    'duplicate-row',
    'blank-row',
    'trailing-newline',
  ])
})

test('writes a repaired copy that scans clean, and leaves the file alone', async () => {
  const { before, after, counts } = await fixFile(path, out)
  expect(readFileSync(out, 'utf8')).toBe('question,answer\nQ?,A\nR?,B\n')
  expect([before.findings.length, after.findings]).toEqual([5, []])
  expect([...counts.values()]).toEqual([1, 1, 1, 1, 1])
  expect(readFileSync(path, 'utf8')).toBe(faulty)
})

test('repairs only what it is asked to', async () => {
  await fixFile(path, out, ['trailing-newline'])
  expect(readFileSync(out, 'utf8')).toBe(faulty.slice(0, -1))
})

test('refuses to write over the file itself', async () => {
  await expect(fixFile(path, path)).rejects.toMatchObject({ code: 'InvalidRequest' })
  expect(readFileSync(path, 'utf8')).toBe(faulty)
})

test('leaves nothing when the copy cannot be written', async () => {
  const nowhere = join(folder, 'missing', 'out.csv')
  await expect(fixFile(path, nowhere)).rejects.toMatchObject({ code: 'DataDirectoryUnusable' })
  expect(readdirSync(folder)).toEqual(['in.csv'])
})

test('refuses a file without rows', async () => {
  writeFileSync(path, 'question,answer\n')
  await expect(scanFile(path)).rejects.toMatchObject({ code: 'NoDataRows' })
})
