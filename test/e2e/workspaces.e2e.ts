/** A workspace from nothing to ready, against the engine's S3 and STS and a double of IAM. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { expect, test, type Page } from '@playwright/test'
import { startIamDouble, trusting, type IamDouble } from '../support/aws/iamDouble.ts'
import { clientsFor } from '../support/engine.ts'
import { expectAccessible } from './support/accessibility.ts'
import {
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'
import { filesBelow, formsOf } from './support/secretForms.ts'

test.describe.configure({ mode: 'serial' })

interface Engine {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

let iam: IamDouble
let running: LaunchedApp
let page: Page
let engine: Engine

test.beforeAll(async () => {
  iam = await startIamDouble()
  iam.roles.set('SageMakerTraining', {
    arn: 'arn:aws:iam::000000000000:role/service-role/SageMakerTraining',
    trust: trusting('sagemaker.amazonaws.com'),
  })
  iam.roles.set('Lambda', {
    arn: 'arn:aws:iam::000000000000:role/Lambda',
    trust: trusting('lambda.amazonaws.com'),
  })
  iam.denied.add('iam:PassRole')
  running = await launchApp(await makeDataDirectory())
  page = running.page
  await expect(page.getByText('Ready')).toBeVisible()
  const file = path.join(running.dataDirectory, 'engine', 'connection.json')
  engine = JSON.parse(await readFile(file, 'utf8')) as Engine
})
test.afterAll(async () => {
  await running.app.close()
  await iam.close()
})

const navigate = (name: string) =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click()

test('says what a workspace is, and marks what is missing in its form', async () => {
  await navigate('Workspaces')
  await expect(page.getByText('A bigger computer, when you need one')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'workspaces-empty')
  await page.getByRole('button', { name: 'Add an AWS workspace' }).click()
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await page.getByRole('button', { name: 'Add workspace' }).click()
  await expect(page.getByText('Needed.')).toHaveCount(2)
  await expect(name).toBeFocused()
  await name.fill('x'.repeat(61))
  await expect(page.getByText('At most 60 characters.')).toBeVisible()
  await name.fill('Production')
  await page.getByRole('textbox', { name: 'Region', exact: true }).fill('Frankfurt')
  await expect(page.getByText('A region’s name, such as eu-central-1.')).toBeVisible()
  await expectAccessible(page)
})

test('opens what is folded away where that is at fault', async () => {
  await page.getByRole('textbox', { name: 'Region', exact: true }).fill('eu-central-1')
  await page.getByRole('combobox', { name: 'Sign in with' }).click()
  await page.getByRole('option', { name: 'Access keys, typed in' }).click()
  await page.getByRole('button', { name: 'More settings' }).click()
  await page.getByRole('textbox', { name: 'Bucket', exact: true }).fill('My.Bucket')
  await page.getByRole('button', { name: 'Fewer settings' }).click()
  await page.getByRole('button', { name: 'Add workspace' }).click()
  await expect(page.getByText('3 to 63 small letters, digits and hyphens.')).toBeVisible()
  await takePicture(page, 'workspace-faults')
  await page.getByRole('textbox', { name: 'Bucket', exact: true }).fill('')
  await page.getByRole('button', { name: 'Fewer settings' }).click()
})

test('with keys and no connection, nobody is asked to sign in', async () => {
  await page.getByRole('button', { name: 'More settings' }).click()
  const addresses = page.getByRole('textbox', { name: 'Other addresses' })
  await addresses.fill('default=http://127.0.0.1:9')
  await page.getByRole('button', { name: 'Add workspace' }).click()
  await page.getByLabel('Access key ID', { exact: true }).fill('tooshort')
  await page.getByRole('button', { name: 'Set keys' }).click()
  await expect(page.getByText(/^The key ID has at least 16/)).toBeVisible()
  await page.getByLabel('Access key ID', { exact: true }).fill('AKIAIOSFODNN7EXAMPLE')
  await page.getByLabel('Secret access key', { exact: true }).fill('x'.repeat(40))
  await page.getByRole('button', { name: 'Set keys' }).click()
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const identity = page.locator('[data-check="identity"]')
  await expect(identity).toContainText('There is no connection.', { timeout: 60_000 })
  await expect(identity).not.toContainText('AWS does not know who you are')
  await expect(identity.getByRole('button', { name: 'Sign in' })).toHaveCount(0)
  await takePicture(page, 'workspace-no-connection')
  await page.getByRole('button', { name: 'Remove workspace' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove workspace' }).click()
  await page.getByRole('button', { name: 'Add an AWS workspace' }).click()
})

test('adds one, with keys that are never shown again', async () => {
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Production')
  await page.getByRole('combobox', { name: 'Sign in with' }).click()
  await page.getByRole('option', { name: 'Access keys, typed in' }).click()
  await page.getByRole('textbox', { name: 'Region', exact: true }).fill(engine.region)
  await page.getByRole('button', { name: 'More settings' }).click()
  await page
    .getByRole('textbox', { name: 'Other addresses' })
    .fill(`default=${engine.endpoint}\niam=${iam.url}`)
  await page.getByRole('button', { name: 'Add workspace' }).click()
  await expect(page.getByRole('heading', { name: 'Production', level: 1 })).toBeVisible()
  await page.getByLabel('Access key ID', { exact: true }).fill(engine.accessKeyId)
  await page.getByLabel('Secret access key', { exact: true }).fill(engine.secretAccessKey)
  await page.getByRole('button', { name: 'Set keys' }).click()
  await expect(page.getByText(/^Keys are set/)).toBeVisible()
  await expectAccessible(page)
})

const check = (name: string) => page.locator(`[data-check="${name}"]`)

test('finds out what is there and names the one permission that is missing', async () => {
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await expect(check('identity')).toHaveAttribute('data-state', 'ok')
  await expect(check('role')).toContainText('No role is chosen yet')
  await expect(check('bucket')).toContainText('There is no bucket yet')
  await expect(check('permissions')).toContainText('Not allowed: iam:PassRole')
  await expectAccessible(page)
  await takePicture(page, 'workspace-setup')

  await page.getByRole('combobox', { name: 'Roles that trust SageMaker' }).click()
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.getByRole('option', { name: 'SageMakerTraining' }).click()
  await expect(check('role')).toHaveAttribute('data-state', 'ok')
  await expect(check('role')).toContainText('role/service-role/SageMakerTraining')
  // An administrator allows it, and makes the bucket.
  iam.denied.clear()
  const clients = clientsFor(engine)
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'sagemaker-us-east-1-000000000000' }))
  clients.s3.destroy()
  await page.getByRole('button', { name: 'Check again' }).click()
  await expect(page.getByText('Nothing is missing. One point could not be checked.')).toBeVisible()
  await takePicture(page, 'workspace-ready')
})

test('shows the policies for an administrator, made for this bucket and role', async () => {
  await page.getByRole('button', { name: 'You', exact: true }).click()
  const policy = page.getByText('"iam:PassedToService"').first()
  await expect(policy).toBeVisible()
  await expect(policy).toContainText('role/service-role/SageMakerTraining')
  await expectAccessible(page)
})

test('sends a dataset once, and is chosen in the sidebar', async () => {
  await navigate('Datasets')
  await dropFile(page, await writeSmallCsv(running.dataDirectory))
  await expect(page.getByRole('button', { name: 'Fine-tune a model with this' })).toBeVisible()
  await navigate('Workspaces')
  await page.getByRole('button', { name: 'Set up Production' }).click()
  for (const said of ['Sent', 'Was there already']) {
    await page.getByRole('button', { name: 'Send a dataset' }).click()
    await page.getByRole('menuitem', { name: 'small' }).click()
    await expect(page.getByText(said, { exact: true })).toBeVisible()
  }
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Look', exact: true }).click()
  await expect(page.getByText('There are no jobs that Timbre does not know')).toBeVisible()
  await page.getByRole('navigation').getByRole('button', { name: 'This computer' }).click()
  await page.getByRole('menuitem', { name: /^Production/ }).click()
  await expect(
    page.getByRole('navigation').getByRole('button', { name: 'Production' }),
  ).toBeVisible()
  await navigate('Workspaces')
  await expect(page.getByText('In use')).toBeVisible()
  await takePicture(page, 'workspaces')
})

test('keeps its secrets: none in the page’s memory, in what it is told, in any file or on the console', async () => {
  const forms = formsOf(engine.secretAccessKey)
  const has = (bytes: Buffer) => forms.some((form) => bytes.includes(form))
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  expect(chunks.join('')).toContain('Production') // it is the page's own memory
  expect(has(Buffer.from(chunks.join('')))).toBe(false)

  // Every answer that main gives of a workspace, and a refusal with AWS's own words.
  const told = await page.evaluate(async () => {
    const list = await window.timbre.invoke('workspace.list', null)
    const places = (list.ok ? list.value : []) as { id: string; kind: string }[]
    const id = places.find(({ kind }) => kind === 'aws')?.id ?? ''
    const questions: Parameters<typeof window.timbre.invoke>[] = [
      ['workspace.describeKeys', { id }],
      ['workspace.test', { id }],
      ['workspace.troubles', null],
      ['workspace.profiles', null],
      ['setup.check', { id }],
      ['job.listForeign', { id }],
      ['preflight.check', { id, instanceTypes: ['ml.g5.xlarge'] }],
      ['catalog.prices', { workspaceId: id }],
      ['upload.list', null],
      ['settings.get', null],
      ['catalog.list', { workspaceId: id }],
    ]
    const answers: unknown[] = [list]
    for (const question of questions) answers.push(await window.timbre.invoke(...question))
    return JSON.stringify(answers)
  })
  expect(told).toContain('Production')
  expect(has(Buffer.from(told))).toBe(false)

  // What stands in the data folder: database, exports, caches, logs. The engine's own keys are its connection file's.
  let read = 0
  for (const file of await filesBelow(running.dataDirectory)) {
    if (file.endsWith(path.join('engine', 'connection.json'))) continue
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    read += bytes.length
    expect(has(bytes), file).toBe(false)
  }
  expect(read).toBeGreaterThan(0)
  for (const name of ['timbre.db', 'timbre.db-wal']) {
    const bytes = await readFile(path.join(running.dataDirectory, name)).catch(() =>
      Buffer.alloc(0),
    )
    expect(bytes.includes(engine.accessKeyId)).toBe(false)
  }

  // What main writes to its console, which is read at all only if this line is in it.
  await running.app.evaluate(() => console.log('the end of the console'))
  await expect.poll(() => running.output()).toContain('the end of the console')
  expect(has(Buffer.from(running.output()))).toBe(false)
})

test('fits a small window, in Chinese and in the dark', async () => {
  await page.evaluate(() =>
    window.timbre.invoke('settings.update', { language: 'zh', colorScheme: 'dark' }),
  )
  await page.setViewportSize({ width: 640, height: 480 })
  await page.getByRole('button', { name: '设置 Production' }).click()
  await expect(page.getByRole('heading', { name: 'Production' })).toBeVisible()
  await expectAccessible(page)
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
  await takePicture(page, 'workspace-zh-dark')
})
