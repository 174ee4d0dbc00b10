/** A model of an account through the window: deployed, waited for, asked and deleted, with its price in sight. */
import { expect, test, type Page } from '@playwright/test'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { expectAccessible } from './support/accessibility.ts'
import { addCompanyAccount } from './support/companyAccount.ts'
import { notificationTitles, watchNotifications } from './support/desktop.ts'
import {
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

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
  await dropFile(page, await writeSmallCsv(running.dataDirectory, 160))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill('Voice')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('combobox', { name: 'Where it is trained' }).click()
  await page.getByRole('option', { name: /Company account/ }).click()
  await page.getByRole('textbox', { name: 'Search' }).fill('mistral 7b')
  await page.getByRole('checkbox', { name: baseModel, exact: true }).first().click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: /^Start at/ }).click()
  await passUntil(
    () => page.getByText('Completed', { exact: true }).first().isVisible(),
    2 * minuteMs,
  )
})
test.afterAll(async () => {
  // What a failed test left running would be asked about, and there is nobody to answer.
  await running.app.evaluate(({ dialog }) => {
    dialog.showMessageBoxSync = () => 1
  })
  await running.app.close()
  await double.close()
})

/** The account's time goes on, slower than a signature becomes too old between two calls. */
async function passUntil(isSo: () => Promise<boolean>, stepMs = 20_000): Promise<void> {
  await expect
    .poll(
      () => {
        double.advance(stepMs)
        return isSo()
      },
      { timeout: 150_000, intervals: [400] },
    )
    .toBe(true)
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
  await page.getByRole('button', { name: 'Send' }).click()
  const answer = page
    .getByRole('region', { name: question, exact: true })
    .getByRole('region', { name: title, exact: true })
  await expect(answer).toContainText(/AWS is getting the machine/, { timeout: 60_000 })
  await takePicture(page, 'cloud-waiting')
  await passUntil(async () => (await answer.textContent())?.includes('On shelf 7') ?? false)
  await expect(answer).toHaveAttribute('aria-busy', 'false', { timeout: 30_000 })
  // Two endpoints now, one of them of the suggested type.
  await expect.poll(() => page.title()).toMatch(/2 endpoints.*\$8\.61/)
})

test('quitting says what goes on running and its price, and staying keeps the window', async () => {
  const detail = await running.app.evaluate(({ app, dialog }) => {
    let said = ''
    dialog.showMessageBoxSync = (options: unknown) => {
      said = (options as { detail?: string }).detail ?? ''
      return 0
    }
    app.quit()
    return said
  })
  expect(detail).toContain('2 endpoints go on running at AWS and cost $8.61 an hour')
  await expect(page.getByRole('navigation')).toBeVisible()
})

test('deletes both, with everything they are made of', async () => {
  await page.getByRole('button', { name: 'Endpoints', exact: true }).click()
  await takePicture(page, 'cloud-endpoints')
  for (const { name } of [...double.hosting.endpoints.values()]) {
    await page.getByRole('button', { name: `Delete ${name}` }).click()
    await page.getByRole('button', { name: 'Delete the endpoint' }).click()
  }
  await passUntil(async () => double.hosting.models.size === 0, 30_000)
  await expect.poll(() => page.title()).toBe('Timbre')
  const { configs, endpoints, schedules } = double.hosting
  await passUntil(async () => configs.size + endpoints.size + schedules.size === 0, 30_000)
  expect(double.problems).toEqual([])
})
