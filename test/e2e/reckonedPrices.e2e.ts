/** Where AWS's price list can't be read, the button has a number all the same, and says from when it is and how it was made. */
import { expect, test, type Page } from '@playwright/test'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { knownFailures } from '../support/aws/failures.ts'
import { expectAccessible } from './support/accessibility.ts'
import { addCompanyAccount } from './support/companyAccount.ts'
import {
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

const doubles: AwsDouble[] = []
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  running = await launchApp(await makeDataDirectory())
  page = running.page
  for (const [region, partition] of [
    ['eu-central-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
  ] as const) {
    const double = await startAwsDouble({ region })
    double.failures.refuse('GetProducts', knownFailures.accessDenied('pricing:GetProducts'), 10_000)
    await addCompanyAccount(page, double, {
      name: `Account in ${region}`,
      executionRoleArn: `arn:${partition}:iam::${double.account}:role/TimbreExecution`,
      monthlyBudget: 10,
    })
    doubles.push(double)
  }
})
test.afterAll(async () => {
  await running.app.close()
  for (const double of doubles) await double.close()
})

async function openReview(region: string, rows: number): Promise<void> {
  await page.getByRole('button', { name: 'Datasets' }).click()
  await dropFile(page, await writeSmallCsv(running.dataDirectory, rows))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill(`Voice of ${region}`)
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(page.getByRole('combobox', { name: 'Question column' })).toHaveValue('question')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('combobox', { name: 'Where it is trained' }).click()
  await page.getByRole('option', { name: new RegExp(`Account in ${region}`) }).click()
  await page.getByRole('textbox', { name: 'Search' }).fill('mistral 7b')
  await page.getByRole('checkbox', { name: 'Mistral 7B', exact: true }).first().click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
}

test('in Frankfurt: EC2’s price there and SageMaker’s mark-up, with their month', async () => {
  await openReview('eu-central-1', 120)
  await expect(
    page.getByRole('button', { name: 'Start at about $8.87 per hour', exact: true }),
  ).toBeVisible()
  await expect(
    page.getByText('Reckoned from EC2’s prices of January 2026; how, stands above.'),
  ).toBeVisible()
  await expect(page.getByRole('cell', { name: /^about \$8\.87 per hour/ })).toContainText(
    'EC2 asked $7.10 an hour for ml.g5.12xlarge in eu-central-1 in January 2026; × 1.25',
  )
  const costs = page.getByRole('region', { name: 'Before it costs money' })
  await expect(costs).toContainText(
    /Training: ≈ \$8\.87 an hour × [\d.]+ – [\d.]+ h = ≈ \$[\d.]+ – \$[\d.]+\./,
  )
  await expect(costs).toContainText('reckoned from figures of July 2026')
  await expectAccessible(page)
  await page.getByRole('heading', { name: 'At AWS' }).scrollIntoViewIfNeeded()
  await page.evaluate(() => window.scrollTo(0, 0))
  await takePicture(page, 'reckoned-price')
})

test('in Beijing: in yuan, and held against a budget in yuan', async () => {
  await openReview('cn-north-1', 130)
  const start = page.getByRole('button', { name: 'Start at about ¥67.06 per hour', exact: true })
  await expect(page.getByRole('cell', { name: /^about ¥67\.06 per hour/ })).toContainText(
    'EC2 asked ¥53.65 an hour for ml.g5.12xlarge in cn-north-1 in January 2026',
  )
  const costs = page.getByRole('region', { name: 'Before it costs money' })
  await expect(costs).toContainText('¥10.00')
  await expect(costs).not.toContainText('$')
  await expectAccessible(page)
  await start.click()
  await expect(
    page.getByText('This would cost 67.06 CNY, and 10.00 CNY of the workspace'),
  ).toBeVisible()
  expect(doubles[1]?.jobs.all).toEqual([])
  expect(doubles.flatMap(({ problems }) => problems)).toEqual([])
})

test('fits a small window, in Chinese and in the dark', async () => {
  await page.evaluate(() =>
    window.timbre.invoke('settings.update', { language: 'zh', colorScheme: 'dark' }),
  )
  await page.setViewportSize({ width: 640, height: 480 })
  const reckoning = page
    .getByText(/EC2 在2026年1月对 cn-north-1 的 ml\.g5\.12xlarge 每小时收取/)
    .first()
  await reckoning.scrollIntoViewIfNeeded()
  await expect(reckoning).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'reckoned-price-zh-dark')
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
})
