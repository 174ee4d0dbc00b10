/** A model of an account through the window: deployed, waited for, asked and deleted, with its price in sight. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { expectAccessible } from './support/accessibility.ts'
import { addCompanyAccount } from './support/companyAccount.ts'
import { notificationTitles, questionsAsked, watchNotifications } from './support/desktop.ts'
import {
  answerQuestions,
  answerSaveDialog,
  launchApp,
  makeDataDirectory,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'
import { passAccountTime, trainInCompanyAccount } from './support/trainInAccount.ts'

test.describe.configure({ mode: 'serial' })

const minuteMs = 60_000
const baseModel = 'Mistral 7B'
const title = `Voice V1 · ${baseModel}`
const question = 'How do I return item 7?'

let double: AwsDouble
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  double = await startAwsDouble()
  running = await launchApp(await makeDataDirectory())
  page = running.page
  await addCompanyAccount(page, double, {
    kmsKeyArn: `arn:aws:kms:${double.region}:${double.account}:key/11111111-2222-4333-8444-555555555555`,
  })
  await trainInCompanyAccount({
    page,
    double,
    dataDirectory: running.dataDirectory,
    modelName: 'Voice',
    baseModel,
  })
})
test.afterAll(async () => {
  await running.app.close()
  await double.close()
})

const passUntil = (isSo: () => Promise<boolean>, stepMs?: number) =>
  passAccountTime(double, isSo, stepMs)

async function deleteAll(): Promise<void> {
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click()
  for (const { name } of [...double.hosting.endpoints.values()]) {
    await page.getByRole('button', { name: `Delete ${name}` }).click()
    await page.getByRole('button', { name: 'Delete the endpoint' }).click()
  }
  await passUntil(async () => double.hosting.models.size === 0, 30_000)
  await expect.poll(() => page.title()).toBe('Timbre')
  const { configs, endpoints, schedules } = double.hosting
  await passUntil(async () => configs.size + endpoints.size + schedules.size === 0, 30_000)
}

async function openShipMenu(): Promise<void> {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `Ship ${baseModel}` }).click()
}

test('the dialog tells price, memory, key and network before anything is made', async () => {
  await openShipMenu()
  await page.getByRole('menuitem', { name: 'Deploy as an endpoint' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deploy as an endpoint' })
  await expect(dialog.getByText('$7.09 per hour')).toBeVisible()
  await expect(
    dialog.getByText(/It needs about 17 GB of GPU memory; the machine has 96 GB/),
  ).toBeVisible()
  await dialog.getByRole('combobox', { name: 'Instance type' }).click()
  await page.getByRole('option', { name: 'ml.g5.2xlarge' }).click()
  await expect(dialog.getByText('$1.52 per hour')).toBeVisible()
  await expect(dialog.getByText(/the machine has 24 GB/)).toBeVisible()
  await expect(dialog.getByText(/11111111-2222/)).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-deploy')
  await dialog.getByRole('button', { name: 'Deploy for $1.52 an hour', exact: true }).click()
})

test('says what is happening while it starts, and what it costs in the title, then answers', async () => {
  await watchNotifications(running)
  const card = page.getByRole('region', { name: 'timbre-voice', exact: true })
  await expect(card).toContainText('Starting', { timeout: 60_000 })
  await expect.poll(() => page.title()).toMatch(/^Timbre – 1 endpoint.*\$1\.52/)
  await expectAccessible(page)
  await takePicture(page, 'cloud-endpoint-creating')
  await passUntil(async () => (await card.textContent())?.includes('In service') ?? false)
  await expect.poll(async () => (await notificationTitles(running)).join()).toContain('Voice V1')
  double.advance(30 * minuteMs)

  // A test endpoint of the same model: its column says how far it is.
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `Test ${baseModel}` }).click()
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page
    .getByRole('button', { name: 'Send, and start an endpoint at $7.09 an hour', exact: true })
    .click()
  const answer = page
    .getByRole('region', { name: question, exact: true })
    .getByRole('region', { name: title, exact: true })
  await expect(answer).toContainText(/AWS is getting the machine/, { timeout: 60_000 })
  await takePicture(page, 'cloud-waiting')
  await passUntil(async () => (await answer.textContent())?.includes('On shelf 7') ?? false)
  // It runs: another question starts nothing.
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeVisible()
  await expect(answer.getByRole('button', { name: /^Answer again/ })).toBeVisible({
    timeout: 30_000,
  })
  await expect(answer).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 })
  // Two endpoints now, one of them of the suggested type.
  await expect.poll(() => page.title()).toMatch(/2 endpoints.*\$8\.61/)
})

test('quitting says what goes on running and its price, and staying keeps the window', async () => {
  await answerQuestions(running, 0)
  await running.app.evaluate(({ app }) => app.quit())
  const [{ detail } = {}] = await questionsAsked(running)
  expect(detail).toBe(
    '2 endpoints: this goes on at AWS and costs $8.61 an hour, until it ends by itself.',
  )
  await expect(page.getByRole('navigation')).toBeVisible()
  await answerQuestions(running, 1)
})

test('deletes both, with everything they are made of', async () => {
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click()
  await takePicture(page, 'cloud-endpoints')
  await deleteAll()
  // The conversation can be gone on with, by the button that has the price alone.
  await page.getByRole('button', { name: 'Playground', exact: true }).click()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('button', { name: new RegExp(`^${question.replace('?', '\\?')}`) }).click()
  await expect(page.getByRole('region', { name: question, exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Send, and start an endpoint at/ })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Answer again/ })).toHaveCount(0)
  expect(double.problems).toEqual([])
})

test('the base model answers in the account as well, at the price of its own machine', async () => {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `Test ${baseModel}` }).click()
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.getByRole('button', { name: 'Add a column' }).click()
  await page.getByRole('combobox', { name: 'Column 2' }).click()
  await page.getByRole('option', { name: `${baseModel} · AWS` }).click()
  await expect(
    page.getByRole('button', { name: 'Send, and start 2 endpoints at $14.18 an hour' }),
  ).toBeVisible()
})

test('where nothing would end an endpoint its card says what to ask for, and nothing is made', async () => {
  double.hosting.isSchedulerTrusted = false
  await openShipMenu()
  await page.getByRole('menuitem', { name: 'Deploy as an endpoint' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deploy as an endpoint' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('forgotten')
  await dialog.getByRole('button', { name: 'Deploy for $7.09 an hour', exact: true }).click()
  const card = page.getByRole('region', { name: 'timbre-forgotten', exact: true })
  await expect(card).toContainText('Waiting for you', { timeout: 30_000 })
  await expect(card).toContainText('Ask for scheduler:CreateSchedule')
  await expect(
    card.getByRole('button', { name: 'Start without protection for $7.09 an hour' }),
  ).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-unguarded')
  expect(double.hosting.models.size + double.hosting.endpoints.size).toBe(0)
  double.hosting.isSchedulerTrusted = true
  await card.getByRole('button', { name: 'Delete timbre-forgotten' }).click()
  await page.getByRole('button', { name: 'Delete the endpoint' }).click()
  await expect(card).toBeHidden({ timeout: 30_000 })
})

test('one that answers at once goes down to no machine, costs nothing then, and wakes with a question', async () => {
  await openShipMenu()
  await page.getByRole('menuitem', { name: 'Deploy as an endpoint' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deploy as an endpoint' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('sleepy')
  await dialog.getByRole('checkbox', { name: 'Scale with the load' }).check()
  await dialog.getByRole('textbox', { name: 'At least' }).fill('0')
  await expect(dialog.getByRole('textbox', { name: 'Questions at once' })).toHaveValue('5')
  await dialog.getByRole('textbox', { name: 'At most' }).fill('2')
  await expect(dialog.getByText(/takes the last machine away/)).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-deploy-to-zero')
  await dialog.getByRole('button', { name: 'Deploy for $14.18 an hour', exact: true }).click()
  const card = page.getByRole('region', { name: 'timbre-sleepy', exact: true })
  await passUntil(async () => (await card.textContent())?.includes('In service') ?? false)
  await expect(card).toContainText('1 machine now, at most 2; none while nobody asks')
  await expect(card).toContainText('$7.09 an hour')
  await expect.poll(() => double.hosting.alarms.size).toBe(1)

  // As AWS does when nobody asks.
  for (const component of double.hosting.components.values()) component.copies = 0
  await page.getByRole('button', { name: 'Check now' }).click()
  await expect(card).toContainText('Asleep: no machine')
  await expect(card).toContainText('$0.00 an hour')
  await expect.poll(() => page.title()).toBe('Timbre')
  await expectAccessible(page)
  await takePicture(page, 'cloud-asleep')
  await card.getByRole('button', { name: 'Use timbre-sleepy' }).click()
  const drawer = page.getByRole('dialog', { name: 'timbre-sleepy' })
  await expect(drawer.getByText('InferenceComponentName')).toBeVisible()
  await expect(drawer.getByText(/the first one is refused/)).toBeVisible()
  await drawer.getByText('IAM policy').click()
  await expect(drawer.getByLabel('policy.json', { exact: true })).toContainText(
    'inference-component/timbre-sleepy-',
  )
  await drawer.getByRole('tab', { name: 'Versions' }).click()
  await expect(drawer.getByText(/holds this one model/)).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Replace' })).toHaveCount(0)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Playground', exact: true }).click()
  await page.getByRole('combobox', { name: 'Column 1' }).click()
  await page.getByRole('option', { name: 'timbre-sleepy' }).click()
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const answer = page.getByRole('region', { name: 'timbre-sleepy', exact: true })
  await expect(answer).toContainText('AWS is starting one for this question', { timeout: 30_000 })
  await takePicture(page, 'cloud-waking')
  await passUntil(async () => (await answer.textContent())?.includes('On shelf 7') ?? false)
  await deleteAll()
  const { components, alarms, scalableTargets } = double.hosting
  expect(components.size + alarms.size + scalableTargets.size).toBe(0)
  expect(double.problems).toEqual([])
})

test('registers a version in the account’s registry, approves it, and deploys what was approved', async () => {
  await openShipMenu()
  await page.getByRole('menuitem', { name: 'Add to the Model Registry' }).click()
  await page.getByRole('textbox', { name: 'What it is', exact: true }).fill('Help desk answers')
  await page.getByRole('button', { name: 'Register' }).click()
  const card = page.getByRole('region', { name: 'Version 1' })
  await expect(card).toContainText('Waits for approval', { timeout: 60_000 })
  await expect(page.getByRole('combobox', { name: 'Workspace' })).toHaveValue('Company account')
  // Nobody deploys what nobody has approved.
  await expect(card.getByRole('button', { name: 'Deploy' })).toHaveCount(0)
  await card.getByRole('button', { name: 'Approve …' }).click()
  await page.getByRole('textbox', { name: 'Comment' }).fill('Reads well')
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(card).toContainText('Approved')
  await expect(card).toContainText('Reads well')
  await expectAccessible(page)
  await takePicture(page, 'cloud-registry')
  // What the menu opens is the registry of the workspace in use; the other's is a choice away.
  await page.getByRole('button', { name: 'Registry', exact: true }).click()
  await page.getByRole('combobox', { name: 'Workspace' }).click()
  await page.getByRole('option', { name: 'This computer' }).click()
  await expect(page.getByText('Nothing registered yet')).toBeVisible()
  await page.getByRole('combobox', { name: 'Workspace' }).click()
  await page.getByRole('option', { name: 'Company account' }).click()
  await card.getByRole('button', { name: 'Deploy' }).click()
  const dialog = page.getByRole('dialog', { name: 'Deploy as an endpoint' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('approved')
  await dialog.getByRole('checkbox', { name: 'Asynchronous' }).check()
  await dialog.getByRole('checkbox', { name: /^Scale with the load/ }).check()
  await dialog.getByRole('textbox', { name: /^At most/ }).fill('3')
  const deploy = dialog.getByRole('button', { name: /^Deploy for/ })
  const perHour = Number(/\$([\d.]+) an hour$/.exec((await deploy.textContent()) ?? '')?.[1])
  await deploy.click()
  const endpoint = page.getByRole('region', { name: 'timbre-approved', exact: true })
  await passUntil(async () => (await endpoint.textContent())?.includes('In service') ?? false)
  // It answers later: so does the code, and its policy allows just that.
  await endpoint.getByRole('button', { name: 'Use timbre-approved' }).click()
  const drawer = page.getByRole('dialog', { name: 'timbre-approved' })
  await expect(drawer.getByText('invoke_endpoint_async')).toBeVisible()
  await drawer.getByText('IAM policy').click()
  await expect(drawer.getByText('sagemaker:InvokeEndpointAsync')).toBeVisible()
  await expect(drawer.getByText('s3:PutObject')).toBeVisible()
  await expectAccessible(page)
  // Another candidate beside it scales to as many machines.
  await drawer.getByRole('tab', { name: 'Versions' }).click()
  await expect(
    drawer.getByRole('button', {
      name: `Add beside: $${(2 * perHour).toFixed(2)} an hour for both`,
      exact: true,
    }),
  ).toBeVisible()
  await expect(
    drawer.getByRole('button', { name: `Replace: $${perHour} an hour`, exact: true }),
  ).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  const [made] = double.calls.filter(({ operation }) => operation === 'CreateModelPackage')
  const models = double.calls.filter(({ operation }) => operation === 'CreateModel')
  const { Containers } = made?.input['InferenceSpecification'] as { Containers: object[] }
  const registered = Containers[0] as { Image?: string; ModelDataUrl?: string }
  expect(models.at(-1)?.input['PrimaryContainer']).toMatchObject({
    Image: registered.Image,
    ModelDataUrl: registered.ModelDataUrl,
  })
  await deleteAll()
  expect(double.problems).toEqual([])
})

test('answers a file by a transform job: its price, its progress, a stop, and the answers as a column', async () => {
  await page.getByRole('button', { name: 'Playground' }).click()
  await page.getByRole('button', { name: 'Answer a file' }).click()
  await page.getByRole('combobox', { name: 'Model' }).click()
  await page.getByRole('option', { name: title }).click()
  // The endpoint that it would take is not there yet, and costs as well.
  await expect(page.getByRole('button', { name: 'Start for $7.09 an hour' })).toBeVisible()
  await page.getByRole('radio', { name: 'By a batch transform job' }).click()
  await page.getByRole('combobox', { name: 'Instance type' }).click()
  await page.getByRole('option', { name: 'ml.g5.2xlarge' }).click()
  const startButton = page.getByRole('button', { name: 'Start for $1.52 an hour' })
  await expect(startButton).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-batch-start')
  await startButton.click()
  const card = page.getByRole('region', { name: 'small' }).first()
  await expect(card).toContainText('on ml.g5.2xlarge')
  await passUntil(async () => /([1-9]|\d\d) of \d+ rows/.test((await card.textContent()) ?? ''))
  await expect(card).toContainText('Transform job timbre-batch-')
  await expect(card).toContainText('$1.52 an hour')
  await expect.poll(() => page.title()).toMatch(/^Timbre – 1 batch: \$1\.52\/h/)
  await expectAccessible(page)
  await takePicture(page, 'cloud-batch')
  await card.getByRole('button', { name: 'Stop' }).click()
  await expect(card).toContainText('Stopped')
  expect(double.hosting.models.size).toBe(0)
  await card.getByRole('button', { name: 'Go on for $1.52 an hour' }).click()
  await passUntil(
    async () => (await card.textContent())?.includes('Completed') ?? false,
    4 * minuteMs,
  )
  await expect.poll(() => page.title()).toBe('Timbre')
  const file = path.join(running.dataDirectory, 'answers.csv')
  await answerSaveDialog(running, file)
  await card.getByRole('button', { name: 'Save with the answers' }).click()
  await expect(page.getByText('answers.csv')).toBeVisible()
  const rows: Record<string, string>[] = parse(await readFile(file, 'utf8'), {
    bom: true,
    columns: true,
  })
  expect(rows.length).toBeGreaterThan(100)
  expect(rows.every(({ model_answer }) => model_answer === double.hosting.answer)).toBe(true)
  const jobs = double.calls.filter(({ operation }) => /^(Create|Stop)TransformJob$/.test(operation))
  expect(jobs.map(({ operation }) => operation)).toEqual([
    'CreateTransformJob',
    'StopTransformJob',
    'CreateTransformJob',
  ])
  // The workspace has a key: a machine with disks of its own takes none.
  expect(jobs[0]?.input['TransformResources']).not.toHaveProperty('VolumeKmsKeyId')
  expect(jobs[0]?.input['TransformOutput']).toHaveProperty('KmsKeyId')
  expect(double.problems).toEqual([])
})

test('speaks Chinese, goes dark, and fits a small window', async () => {
  await running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setSize(880, 640),
  )
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.getByRole('button', { name: '试用' }).click()
  await page.getByRole('button', { name: '回答整个文件' }).click()
  await page.getByRole('combobox', { name: '模型' }).click()
  await page.getByRole('option', { name: title }).click()
  await page.getByRole('radio', { name: '由批量转换作业回答' }).click()
  await expect(page.getByRole('button', { name: /^开始，每小时 .*7\.09/ })).toBeVisible()
  await expectAccessible(page)
  // The dialog in which most is said.
  await page.getByRole('button', { name: '模型', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: `交付 ${baseModel}` }).click()
  await page.getByRole('menuitem', { name: '部署为端点…' }).click()
  const dialog = page.getByRole('dialog', { name: '部署为端点' })
  await dialog.getByRole('checkbox', { name: '随负载伸缩' }).check()
  await dialog.getByRole('textbox', { name: '最少' }).fill('0')
  await expect(dialog.getByText(/AWS 会撤走最后一台机器/)).toBeVisible()
  await dialog.getByText(/AWS 会撤走最后一台机器/).scrollIntoViewIfNeeded()
  await expectAccessible(page)
  await takePicture(page, 'cloud-deploy-to-zero-zh-dark')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '注册表' }).click()
  await expect(page.getByRole('combobox', { name: '工作区' })).toBeVisible()
  await expectAccessible(page)
})
