/**
 * The packed app, as it is installed: all fuses set, so there is no inspector, and the walk goes over Chromium's own
 * debugging port. Runs when `npm run package -- --dir` has made release/linux-unpacked.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { chromium, expect, test, type Browser, type Page } from '@playwright/test'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { calls, type CallName } from '../../shared/contract.ts'
import { makeDataDirectory, writeSmallCsv } from './support/launch.ts'

const folder = path.resolve(import.meta.dirname, '../../release/linux-unpacked')
const executable = path.join(folder, 'timbre')
/** How a fuse that is on is written into the executable. */
const fuseOn = '1'.charCodeAt(0)

test.skip(!existsSync(executable), 'not packed: npm run package -- --dir')
test.describe.configure({ mode: 'serial' })

let dataDirectory: string
let app: ChildProcess
let browser: Browser
let page: Page

test.beforeAll(async () => {
  dataDirectory = await makeDataDirectory()
  const isRoot = process.getuid?.() === 0
  app = spawn(
    executable,
    [
      ...(isRoot ? ['--no-sandbox'] : []),
      '--lang=en-US',
      '--remote-debugging-port=0',
      `--user-data-dir=${dataDirectory}`,
      `--data-dir=${dataDirectory}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LANG: 'en-US', LC_ALL: '' } },
  )
  const address = await new Promise<string>((resolve, reject) => {
    let output = ''
    app.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      const found = /DevTools listening on (ws:\S+)/.exec(output)?.[1]
      if (found) resolve(found)
    })
    app.once('exit', () => reject(new Error(`The packed app ended: ${output}`)))
  })
  browser = await chromium.connectOverCDP(address)
  const context = browser.contexts()[0]
  if (!context) throw new Error('The packed app has no window.')
  page = context.pages()[0] ?? (await context.waitForEvent('page'))
})

test.afterAll(async () => {
  const gone = new Promise((resolve) => app.once('exit', resolve))
  app.kill()
  await gone
  await browser.close()
  await rm(dataDirectory, { recursive: true, force: true })
})

/** Through the page's own bridge. */
async function invoke(name: CallName, input: unknown): Promise<unknown> {
  const answer = await page.evaluate(([call, argument]) => window.timbre.invoke(call, argument), [
    name,
    input,
  ] as const)
  if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`)
  return answer.value
}

test('opens its window, and its engine is ready', async () => {
  await expect(page).toHaveTitle('Timbre')
  await expect(page.getByRole('heading', { name: 'Datasets', level: 1 })).toBeVisible()
  await expect(page.getByText('Ready')).toBeVisible()
  const connection = JSON.parse(
    await readFile(path.join(dataDirectory, 'engine', 'connection.json'), 'utf8'),
  ) as { pid: number }
  const program = await readFile(`/proc/${connection.pid}/cmdline`, 'utf8')
  expect(program).toContain(executable)
})

test('trains a base model that it brought along', async () => {
  const baseModels = calls['baseModel.list'].output.parse(await invoke('baseModel.list', null))
  const smallest = baseModels.reduce((one, other) =>
    (one.parameterCount ?? 0) <= (other.parameterCount ?? 0) ? one : other,
  )
  const file = await writeSmallCsv(dataDirectory)
  const dataset = calls['dataset.import'].output.parse(
    await invoke('dataset.import', { path: file }),
  )
  const version = calls['version.start'].output.parse(
    await invoke('version.start', {
      modelId: null,
      name: 'Packed',
      problemType: 'fine-tune-foundation-model',
      datasetId: dataset.id,
      columns: { question: 'question', answer: 'answer' },
      validationFraction: 0.2,
      splitSeed: 1,
      candidates: [{ baseModelId: smallest.id, hyperparameters: { epoch: '1' } }],
    }),
  )
  const candidate = async () => {
    const model = calls['model.get'].output.parse(
      await invoke('model.get', { id: version.modelId }),
    )
    return model.versions[0]?.candidates[0]
  }
  await expect.poll(async () => (await candidate())?.endedAtMs, { timeout: 120_000 }).not.toBeNull()
  expect(await candidate()).toMatchObject({ status: 'Completed', failure: null })
})

test('cannot be turned into another program', async () => {
  const wire = await getCurrentFuseWire(executable)
  const isOn = (fuse: FuseV1Options) => Number(wire[fuse]) === fuseOn
  expect({
    runAsNode: isOn(FuseV1Options.RunAsNode),
    nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
    inspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
    fileProtocol: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
    onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
    cookies: isOn(FuseV1Options.EnableCookieEncryption),
  }).toEqual({
    runAsNode: false,
    nodeOptions: false,
    inspect: false,
    fileProtocol: false,
    onlyAsar: true,
    cookies: true,
  })
})
