import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  createDatasetService,
  type DatasetService,
} from '../../../electron/dataset/datasetService.ts'
import { createExampleReader } from '../../../electron/dataset/split/exampleReader.ts'
import { firstOf } from '../../../electron/dataset/split/examples.ts'
import { createImporter } from '../../../electron/dataset/intake/importer.ts'
import { maxFileBytes } from '../../../electron/dataset/sourceFile.ts'
import { createFileHere, type OpenFile } from '../../../electron/dataset/contentFile.ts'
import { runStageTask, type RunStageTask } from '../../../electron/dataset/staging/stageTask.ts'
import { updateCandidate } from '../../../electron/db/candidates.ts'
import type { WritableDb } from '../../../electron/db/database.ts'
import type { Dataset } from '../../../shared/dataset.ts'
import { collect } from '../../support/collect.ts'
import { insertTestVersion, openTestDatabase } from '../../support/database.ts'
import { openOnFullDisk } from '../../support/fullDisk.ts'

const head = 'question,answer\n'
const roles = { question: 'question', answer: 'answer' }
let folder = ''
let db: WritableDb
let published: Dataset[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'timbre-dataset-'))
  db = openTestDatabase()
  published = []
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

function createService(open?: OpenFile): DatasetService {
  const contentDirectory = join(folder, 'content')
  let now = 1000
  const clock = () => (now += 1)
  const publish = (_: 'dataset.changed', dataset: Dataset) => void published.push(dataset)
  // A function of a test cannot go into another thread.
  const stage: RunStageTask = (task, hooks) =>
    runStageTask(task, hooks, {
      ...(open && { open }),
      createFile: (path) => createFileHere(path, open),
    })
  return createDatasetService({ db, contentDirectory, publish, clock, ...(open && { stage }) })
}

function createReader({ rowStore, get }: DatasetService) {
  const contentOf = (id: string) => get(id).contentSha256
  return createExampleReader({ contentDirectory: join(folder, 'content'), rowStore, contentOf })
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function contents(): string[] {
  // The index of rows goes with its content.
  const names = readdirSync(join(folder, 'content'))
  return names.filter((name) => !name.endsWith('.rows')).sort()
}

test('imports a file, publishes it, and never touches the original', async () => {
  const service = createService()
  const path = file('help desk.csv', `\ufeff${head}Q?,A\n\n`)
  const original = readFileSync(path)
  const dataset = await service.import(path)
  expect(dataset).toMatchObject({
    name: 'help desk',
    sourceName: 'help desk.csv',
    sizeBytes: original.length,
  })
  expect([service.list(), published, contents()]).toEqual([
    [dataset],
    [dataset],
    [dataset.contentSha256],
  ])
  await service.fix(dataset.id, ['byte-order-mark'])
  expect(readFileSync(path)).toEqual(original)
})

test('fixes one finding after the other, records each, and takes them back', async () => {
  const service = createService()
  const imported = await service.import(file('a.csv', `\ufeff${head}Q?,A\nQ?,A\n\n`))
  const first = await service.fix(imported.id, ['byte-order-mark'])
  const second = await service.fix(imported.id, ['trailing-newline', 'duplicate-row'])
  expect(second.scan).toMatchObject({ findings: [], rowCount: 1, usableRowCount: 1 })
  expect(second.appliedFixes.map(({ code, count }) => [code, count])).toEqual([
    ['byte-order-mark', 1],
    ['duplicate-row', 1],
    ['trailing-newline', 1],
  ])
  expect(second.originalSha256).toBe(imported.contentSha256)
  const undone = await service.undoFix(imported.id)
  expect(undone).toEqual({ ...first, updatedAtMs: undone.updatedAtMs })
  expect(await service.undoFix(imported.id)).toMatchObject({
    contentSha256: imported.contentSha256,
    sizeBytes: imported.sizeBytes,
    appliedFixes: [],
    scan: imported.scan,
  })
  await expect(service.undoFix(imported.id)).rejects.toMatchObject({ code: 'FixNotApplicable' })
  expect(published).toHaveLength(5)
})

test('repairs with everything what only shows after the repair of the rest', async () => {
  const service = createService()
  const { id } = await service.import(file('a.csv', `${head}Q?,A\nQ?,A\0\n`))
  const fixed = await service.fix(id, ['control-character'])
  expect(fixed.scan).toMatchObject({ findings: [], rowCount: 1 })
})

test('refuses a fix of what is not there', async () => {
  const service = createService()
  const { id } = await service.import(file('a.csv', `${head}Q?,A\n`))
  await expect(service.fix(id, ['blank-row'])).rejects.toMatchObject({ code: 'FixNotApplicable' })
  expect(service.get(id).appliedFixes).toEqual([])
})

test('reads the usable rows for training, and those of an earlier state', async () => {
  const service = createService()
  const path = file('a.csv', `${head}"Q, 1?",A\n\nR?,\nS?,B,C\nT?,"x\ny"\nT?,"x\ny"\n`)
  const { id, contentSha256, scan } = await service.import(path)
  const reader = createReader(service)
  const examples = await reader.usable(contentSha256, roles)
  const rows = [
    { prompt: 'Q, 1?', completion: 'A', row: 1 },
    { prompt: 'T?', completion: 'x\ny', row: 5 },
  ]
  expect((await collect(examples.batches())).flat()).toEqual(rows)
  expect(await examples.at([1, 0, 1])).toEqual([rows[1], rows[0], rows[1]])
  expect(scan.usableRowCount).toBe(examples.count)
  await service.fix(id, ['blank-row', 'duplicate-row'])
  const again = await createReader(service).usable(contentSha256, roles)
  expect(await firstOf(again, 9)).toEqual(rows)
  const swapped = await reader.usable(contentSha256, { question: 'answer', answer: 'question' })
  expect(await firstOf(swapped, 1)).toMatchObject([{ prompt: 'A', completion: 'Q, 1?' }])
  const missing = reader.usable(contentSha256, { question: 'nope', answer: 'answer' })
  await expect(missing).rejects.toMatchObject({
    code: 'ColumnNotFound',
    details: { column: 'nope' },
  })
})

test.each(['utf8', 'utf16le'] as const)(
  'pages through rows of %s, with their lines',
  async (encoding) => {
    const service = createService()
    const text = Array.from({ length: 1500 }, (_, index) => `"Q\n${index}",A${index}\n`)
    const content = Buffer.from(`\ufeff${head}${text.join('')}\n`, encoding)
    const { id } = await service.import(file('a.csv', content))
    for (const [offset, limit, count] of [
      [0, 2, 2],
      [511, 3, 3],
      [1025, 500, 475],
      [1499, 10, 1],
      [1500, 10, 0],
    ] as const) {
      const { total, rows } = await service.rows({ id, offset, limit })
      expect([total, rows.length]).toEqual([1500, count])
      rows.forEach((row, index) => {
        const place = offset + index
        expect(row).toEqual({
          row: place + 1,
          line: 2 + 2 * place,
          cells: [`Q\n${place}`, `A${place}`],
        })
      })
    }
  },
)

test('renames, and refuses an id that is not there', async () => {
  const service = createService()
  const { id } = await service.import(file('a.csv', `${head}Q?,A\n`))
  expect(service.rename(id, 'Voice').name).toBe('Voice')
  expect(() => service.rename('gone', 'x')).toThrow(
    expect.objectContaining({ code: 'DatasetNotFound' }),
  )
})

test('keeps content until nothing points to it', async () => {
  const service = createService()
  const path = file('a.csv', `${head}Q?,A\n\n`)
  const [one, two] = [await service.import(path), await service.import(path)]
  await service.fix(one.id, ['trailing-newline'])
  expect(contents()).toHaveLength(2)
  await service.delete(one.id)
  expect(contents()).toEqual([two.contentSha256])
  await service.delete(two.id)
  expect([contents(), service.list()]).toEqual([[], []])
})

test('refuses to delete a dataset in training, and keeps what a version was trained on', async () => {
  const service = createService()
  const { id, contentSha256, name } = await service.import(file('a.csv', `${head}Q?,A\n`))
  insertTestVersion(db, { datasetId: id, datasetSha256: contentSha256 })
  await expect(service.delete(id)).rejects.toMatchObject({
    code: 'DatasetInUse',
    details: { name },
  })
  updateCandidate(db, 'candidate-1', { status: 'Completed' })
  await service.delete(id)
  expect(contents()).toEqual([contentSha256])
  expect(await createReader(service).usable(contentSha256, roles)).toMatchObject({ count: 1 })
})

test('exports the content as it stands', async () => {
  const service = createService()
  const { id } = await service.import(file('a.csv', `${head}Q?,A\n\n`))
  await service.fix(id, ['trailing-newline'])
  const out = join(folder, 'out.csv')
  await service.exportTo(id, out)
  expect(readFileSync(out, 'utf8')).toBe(`${head}Q?,A\n`)
})

test('follows a symbolic link to a file', async () => {
  const path = join(folder, 'link.csv')
  symlinkSync(file('a.csv', `${head}Q?,A\n`), path)
  expect((await createService().import(path)).sourceName).toBe('link.csv')
})

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
test.each<[name: string, content: string | Buffer, error: object]>([
  ['an empty file', '', { code: 'FileEmpty' }],
  ['a picture', png, { code: 'FileNotText', details: { kind: 'picture' } }],
  [
    'a JPEG',
    Buffer.from('ffd8ffe000104a464946', 'hex'),
    { code: 'FileNotText', details: { kind: 'picture' } },
  ],
  ['a PDF', '%PDF-1.7\n', { code: 'FileNotText', details: { kind: 'pdf' } }],
  [
    'a cut Excel workbook',
    'PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml',
    { code: 'FileDamaged', details: { name: 'a.csv' } },
  ],
  ['a cut zip archive', 'PK\x03\x04\x14\0data.csv', { code: 'FileDamaged' }],
  ['cut gzip', Buffer.from('1f8b0800', 'hex'), { code: 'FileDamaged' }],
  ['a file of zeros', Buffer.alloc(5000), { code: 'FileNotText', details: { kind: 'binary' } }],
  ['one column', 'question\nQ?\n', { code: 'OneColumn' }],
  [
    'a header only',
    head,
    { code: 'NoDataRows', details: { name: 'a.csv', columns: 'question, answer' } },
  ],
  ['newlines only', '\n\n\n', { code: 'NoColumns' }],
  [
    'a cell of one megabyte',
    `${head}Q?,A\nR?,${'x'.repeat(1 << 20)}\n`,
    { code: 'CellTooLarge', details: { line: 3, column: 2 } },
  ],
])('refuses %s and leaves nothing behind', async (_, content, error) => {
  mkdirSync(join(folder, 'content'))
  const { details, ...rest } = error as { details?: object }
  const imported = createService().import(file('a.csv', content))
  await expect(imported).rejects.toMatchObject({ ...rest, ...(details && { details }) })
  expect([contents(), published]).toEqual([[], []])
})

test('refuses what is not there, a folder, and a pipe without waiting for it', async () => {
  const service = createService()
  await expect(service.import(join(folder, 'gone.csv'))).rejects.toMatchObject({
    code: 'FileNotFound',
  })
  await expect(service.import(folder)).rejects.toMatchObject({ code: 'NotAFile' })
  const pipe = join(folder, 'pipe.csv')
  execFileSync('mkfifo', [pipe])
  await expect(service.import(pipe)).rejects.toMatchObject({ code: 'NotAFile' })
})

test('refuses a file without read permission', async () => {
  const path = file('a.csv', `${head}Q?,A\n`)
  chmodSync(path, 0o000)
  // Root may read everything, so the refusal of the file system is played for it.
  const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  const open: OpenFile = (name, flags) =>
    process.getuid?.() === 0 ? Promise.reject(denied) : fs.open(name, flags)
  await expect(createService(open).import(path)).rejects.toMatchObject({
    code: 'FileUnreadable',
    details: { name: 'a.csv', reason: 'EACCES' },
  })
})

test('refuses a file over the limit without reading it', async () => {
  const path = file('a.csv', head)
  truncateSync(path, maxFileBytes + 1)
  await expect(createService().import(path)).rejects.toMatchObject({ code: 'FileTooLarge' })
})

test('notices that the file changes while it is read', async () => {
  const path = file('a.csv', `${head}Q?,A\n`)
  const open: OpenFile = async (name, flags) => {
    const handle = await fs.open(name, flags)
    if (name !== path) return handle
    const read = handle.read.bind(handle)
    let reads = 0
    const changing = (...request: unknown[]) => {
      reads += 1
      // The first read looks at the beginning, the second copies.
      if (reads === 2) appendFileSync(path, 'R?,B\n')
      return (read as (...request: unknown[]) => unknown)(...request)
    }
    return Object.assign(handle, { read: changing })
  }
  mkdirSync(join(folder, 'content'))
  await expect(createService(open).import(path)).rejects.toMatchObject({ code: 'FileChanged' })
  expect(contents()).toEqual([])
})

test('a file is read in another way after a restart too, from the bytes that are stored', async () => {
  const text = 'question;note,answer\nQ?;1,A\nR?;2,B\n'
  const { id, contentSha256 } = await createService().import(file('odd.csv', text))
  const importer = () =>
    createImporter({
      datasets: createService(),
      connect: () => Promise.reject(new Error('no S3 in this test')),
      publish: () => undefined,
      now: () => 0,
    })
  rmSync(join(folder, 'odd.csv'))
  const again = await importer().readAgain(id, { delimiter: ';' })
  expect(again).toMatchObject({ name: 'odd', sourceName: 'odd.csv' })
  expect(again.scan.columns).toEqual(['question', 'note,answer'])
  expect(again.contentSha256).not.toBe(contentSha256)
  // What was converted as it came in cannot be read in another way without its file.
  const converted = await createService().import(
    file('wide.csv', Buffer.from(`${head}Q?,A\n`, 'utf16le')),
  )
  await expect(importer().readAgain(converted.id, { delimiter: ';' })).rejects.toMatchObject({
    code: 'FileNotFound',
  })
})

test('leaves nothing half-imported on a full disk', async () => {
  mkdirSync(join(folder, 'content'))
  const imported = createService(openOnFullDisk).import(file('a.csv', `${head}Q?,A\n`))
  await expect(imported).rejects.toMatchObject({ code: 'DiskFull' })
  expect([contents(), createService().list()]).toEqual([[], []])
})

test('an edit is one more version, and can be undone', async () => {
  const service = createService()
  const imported = await service.import(file('a.csv', `${head}Q?,A\n`))
  const toB = [{ kind: 'set', row: 1, column: 1, value: 'B' }] as const
  const edited = await service.saveEdits(imported.id, toB)
  expect(edited.appliedFixes).toMatchObject([{ code: 'edit', count: 1 }])
  const { rows } = await service.rows({ id: imported.id, offset: 0, limit: 5 })
  expect(rows).toEqual([{ row: 1, line: 2, cells: ['Q?', 'B'] }])
  const undone = await service.undoFix(imported.id)
  expect(undone.contentSha256).toBe(imported.contentSha256)
  const toA = [{ kind: 'set', row: 1, column: 1, value: 'A' }] as const
  const same = service.saveEdits(imported.id, toA)
  await expect(same).rejects.toMatchObject({ code: 'FixNotApplicable' })
})

test('makes the index of rows again when it is damaged', async () => {
  const service = createService()
  const text = Array.from({ length: 300 }, (_, index) => `"Q\n${index}?",A${index}\n`).join('')
  const { id, contentSha256 } = await service.import(file('a.csv', `\ufeff\n${head}${text}\n`))
  const index = join(folder, 'content', `${contentSha256}.rows`)
  const request = { id, offset: 198, limit: 2 }
  const before = await service.rows(request)
  expect(before.rows.map(({ cells }) => cells[1])).toEqual(['A198', 'A199'])
  truncateSync(index, 40)
  expect(await createService().rows(request)).toEqual(before)
})
