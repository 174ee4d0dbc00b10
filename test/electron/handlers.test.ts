import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createHandlers } from '../../electron/handlers.ts'
import { calls, events } from '../../shared/contract.ts'
import { isTerminal } from '../../shared/model.ts'
import {
  aRequest,
  openTestServices,
  writeQuestionsCsv,
  type TestServices,
} from '../support/services.ts'

let opened: TestServices | null = null

afterEach(async () => {
  await opened?.close()
  opened = null
})

/** Handlers over real services; the dialogs answer with the paths given. */
async function open(
  dialogs: { file?: string; model?: string; folder?: string; savePath?: string } = {},
) {
  opened = await openTestServices()
  const { services, events } = opened
  const handlers = createHandlers(
    services,
    {
      chooseFile: async () => dialogs.file ?? null,
      chooseFiles: async () => (dialogs.file === undefined ? [] : [dialogs.file]),
      chooseModel: async () => dialogs.model ?? null,
      chooseFolder: async () => dialogs.folder ?? null,
      chooseSavePath: async () => dialogs.savePath ?? null,
      copyText: () => undefined,
      printPdf: async (html) => Buffer.from(`%PDF ${html.length}`),
      chooseBundle: async () => dialogs.file ?? null,
    },
    { version: '1.2.3', runtime: 'Node', isOnBattery: () => true },
    events.publish,
  )
  return { test: opened, handlers, dialogs }
}

test('answers every call of the contract', async () => {
  const { handlers } = await open()
  expect(Object.keys(handlers).sort()).toEqual(Object.keys(calls).sort())
})

test('tells whether the computer runs on battery', async () => {
  const { handlers } = await open()
  expect(await handlers['app.isOnBattery'](null)).toBe(true)
})

test('changes one setting, tells everyone, and keeps the others', async () => {
  const { test, handlers } = await open()
  await handlers['settings.update']({ language: 'zh' })
  await handlers['settings.update']({ notifications: false })
  expect(await handlers['settings.get'](null)).toMatchObject({
    language: 'zh',
    notifications: false,
    colorScheme: 'system',
  })
  expect(test.events.of('settings.changed')).toHaveLength(2)
  expect(test.services.language()).toBe('zh')
})

test('takes a closed dialog for what it is', async () => {
  const { handlers } = await open()
  expect(await handlers['dataset.choose'](null)).toBeNull()
  expect(await handlers['report.save']({ candidateId: 'any', format: 'html' })).toBeNull()
})

test('saves what a chart shows, as text and as a picture', async () => {
  const { test, handlers, dialogs } = await open()
  expect(await handlers['chart.save']({ name: 'loss', format: 'csv', text: '' })).toBeNull()
  dialogs.savePath = path.join(test.root, 'loss')
  const saved = { path: dialogs.savePath }
  const csv = { name: 'loss', format: 'csv', text: 'Step,训练\r\n1,2\r\n' } as const
  expect(await handlers['chart.save'](csv)).toEqual(saved)
  expect(await readFile(dialogs.savePath, 'utf8')).toBe(csv.text)
  const png = { name: 'loss', format: 'png', base64: 'iVBORw0KGgo=' } as const
  expect(await handlers['chart.save'](png)).toEqual(saved)
  expect((await readFile(dialogs.savePath)).subarray(1, 4).toString()).toBe('PNG')
})

test('imports the bundled sample of a language', async () => {
  const { test, handlers } = await open()
  const samples = path.join(test.root, 'resources', 'samples')
  await mkdir(samples)
  await writeFile(path.join(samples, 'help-desk-zh.csv'), '问题,回答\n你好,你好呀\n')
  const dataset = await handlers['dataset.importSample']({ language: 'zh' })
  expect(dataset.scan.columns).toEqual(['问题', '回答'])
})

test('gives answers that fit the contract, through a whole journey', async () => {
  const { test, handlers, dialogs } = await open()
  dialogs.file = await writeQuestionsCsv(test)
  dialogs.savePath = path.join(test.root, 'report.html')
  expect(calls['engine.start'].output.parse(await handlers['engine.start'](null)).state).toBe(
    'running',
  )
  const dataset = await handlers['dataset.choose'](null)
  calls['dataset.choose'].output.parse(dataset)
  const version = await handlers['version.start'](aRequest(dataset?.id ?? ''))
  calls['version.start'].output.parse(version)
  await test.events.until('version.changed', (changed) =>
    changed.candidates.every(({ status }) => isTerminal(status)),
  )
  const candidateId = version.candidates[0]?.id ?? ''
  calls['app.describe'].output.parse(await handlers['app.describe'](null))
  calls['baseModel.list'].output.parse(await handlers['baseModel.list'](null))
  calls['model.list'].output.parse(await handlers['model.list'](null))
  calls['candidate.metrics'].output.parse(await handlers['candidate.metrics']({ candidateId }))
  const log = calls['candidate.log'].output.parse(await handlers['candidate.log']({ candidateId }))
  expect(log.length).toBeGreaterThan(0)
  const chosen = await handlers['candidate.choose']({ versionId: version.id, candidateId })
  expect(chosen.chosenCandidateId).toBe(candidateId)
  const [entry] = calls['leaderboard.list'].output.parse(
    await handlers['leaderboard.list']({ versionId: version.id }),
  )
  expect(entry).toMatchObject({ chosen: true, rank: 1 })
  expect(await handlers['evaluation.latest']({ candidateId })).toBeNull()
  const started = await handlers['evaluation.start']({
    candidateId,
    rows: 2,
    source: { kind: 'validation' },
    robustnessRows: 0,
    stereotypePairs: 0,
    withBase: true,
    judge: null,
    library: null,
  })
  calls['evaluation.start'].output.parse(started)
  await test.events.until('evaluation.progressed', ({ status }) => status === 'Completed')
  const evaluation = await handlers['evaluation.latest']({ candidateId })
  expect(calls['evaluation.latest'].output.parse(evaluation)?.rows).toHaveLength(2)
  expect(await handlers['evaluation.stop']({ evaluationId: started.id })).toBeNull()
  expect(await handlers['report.save']({ candidateId, format: 'json' })).toEqual({
    path: dialogs.savePath,
  })
  expect(JSON.parse(await readFile(dialogs.savePath, 'utf8'))).toMatchObject({
    id: started.id,
    verdict: { better: expect.any(Number) },
    rows: [{}, {}],
  })

  const { modelId: id } = version
  const deletion = await handlers['model.describeDeletion']({ id })
  expect(calls['model.describeDeletion'].output.parse(deletion)).toMatchObject({ reports: 1 })
  const name = calls['model.rename'].input.parse({ id, name: 'Front office' })
  calls['model.rename'].output.parse(await handlers['model.rename'](name))
  for (const event of test.events.of('model.renamed'))
    expect(events['model.renamed'].parse(event)).toEqual({ id, name: 'Front office' })
  await expect(handlers['model.rename']({ id, name: '?' })).rejects.toMatchObject({
    code: 'NameInvalid',
  })
  await expect(handlers['model.rename']({ id: 'gone', name: 'Any' })).rejects.toMatchObject({
    code: 'ModelNotFound',
  })

  const rated = { evaluationId: started.id, position: evaluation?.rows[0]?.position ?? 0 }
  calls['evaluation.rate'].output.parse(
    await handlers['evaluation.rate']({ ...rated, rating: 'tie' }),
  )
  const sets = await handlers['evaluationSet.list'](null)
  expect(
    calls['evaluationSet.list'].output.parse(sets).every((set) => set.sizeBytes === null),
  ).toBe(true)
  await handlers['report.save']({ candidateId, format: 'pdf' })
  expect(await readFile(dialogs.savePath, 'utf8')).toMatch(/^%PDF \d{4}/)
  expect(await handlers['report.save']({ candidateId, format: 'html' })).toEqual({
    path: dialogs.savePath,
  })
  expect(await readFile(dialogs.savePath, 'utf8')).toContain('<svg')
  for (const event of test.events.of('version.changed')) calls['version.start'].output.parse(event)
})
