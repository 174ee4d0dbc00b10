/** All four ways of training through the window, against an account's double. */
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

let double: AwsDouble
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  double = await startAwsDouble()
  running = await launchApp(await makeDataDirectory())
  page = running.page
  await addCompanyAccount(page, double)
})
test.afterAll(async () => {
  await running.app.close()
  await double.close()
})

async function openCatalogue(rows: number, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Datasets' }).click()
  await dropFile(page, await writeSmallCsv(running.dataDirectory, rows))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill(name)
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(page.getByRole('combobox', { name: 'Question column' })).toHaveValue('question')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  const where = page.getByRole('combobox', { name: 'Where it is trained' })
  await where.click()
  await page.getByRole('option', { name: /Company account/ }).click()
  await expect(page.getByText(/of 40 base models/)).toBeVisible()
}

/** JumpStart's comes first where a model can be trained in two ways. */
async function choose(search: string, name: string, which: 'first' | 'last' = 'first') {
  await page.getByRole('textbox', { name: 'Search' }).fill(search)
  await page.getByRole('checkbox', { name, exact: true })[which]().click()
}

test('looks base models up by name, way, provider, size and price', async () => {
  await openCatalogue(160, 'Cloud voice')
  await expectAccessible(page)
  await takePicture(page, 'catalogue')
  await page.getByRole('textbox', { name: 'Search' }).fill('falcon 40b')
  await expect(page.getByRole('checkbox', { name: /Falcon 40B/ })).toHaveCount(3)
  await page.getByRole('combobox', { name: 'Way of training' }).click()
  await page.getByRole('option', { name: 'Autopilot' }).click()
  await expect(page.getByRole('checkbox', { name: /Falcon 40B/ })).toHaveCount(2)
  await page.getByRole('textbox', { name: 'Search' }).fill('nothing like it')
  await expect(page.getByText('No base model fits')).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByRole('combobox', { name: 'Price per hour' }).click()
  await page.getByRole('option', { name: 'Up to $2', exact: true }).click()
  await expect(page.getByText(/^3 of 40 base models/)).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
})

test('shows a licence before its model can be chosen', async () => {
  await page.getByRole('textbox', { name: 'Search' }).fill('llama 3.2 1b')
  const llama = page.getByRole('checkbox', { name: 'Llama 3.2 1B Instruct' }).first()
  await llama.click()
  const dialog = page.getByRole('dialog', { name: 'Licence of Llama 3.2 1B Instruct' })
  await expect(dialog.getByText('COMMUNITY LICENSE AGREEMENT')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'licence')
  await dialog.getByRole('button', { name: 'Not now' }).click()
  await expect(llama).not.toBeChecked()
  await llama.click()
  await dialog.getByRole('button', { name: 'I accept' }).click()
  await expect(llama).toBeChecked()
})

test('trains one model each way, from settings and price to the curves', async () => {
  await choose('falcon 7b bf16', 'Falcon 7B BF16')
  await choose('falcon 40b', 'Falcon 40B')
  await choose('qwen3 4b', 'Qwen3 4B', 'last')
  await choose('nova micro', 'Nova Micro')
  await expect(page.getByRole('group', { name: 'Chosen' })).toContainText('Nova Micro')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(page.getByRole('group', { name: 'Machines' })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Use spare machines (spot)' }).first().check()
  await expectAccessible(page)
  await takePicture(page, 'cloud-settings')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(page.getByRole('cell', { name: 'ml.g5.12xlarge', exact: true })).toBeVisible()
  await expect(page.getByRole('cell', { name: 'at most $1.52 per hour' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-review')
  // Four ways, each under its own heading.
  await expect(page.locator('[data-way]')).toHaveText([
    'JumpStart',
    'Autopilot',
    'Serverless',
    'Bedrock',
  ])
  // A number for each of them, and where it is reckoned, from what.
  await expect(
    page.getByRole('cell', {
      name: /^about \$20\.36 per hour AWS does not say .* ml\.g5\.48xlarge\.$/,
    }),
  ).toBeVisible()
  await expect(
    page.getByRole('cell', {
      name: /^\$0\.002 per 1,000 tokens × [\d,]+ tokens = about \$0\.\d\d$/,
    }),
  ).toBeVisible()
  await expect(
    page.getByRole('cell', {
      name: /^\$0\.00149 per 1,000 tokens .* Llama of its size in March 2024\.$/,
    }),
  ).toBeVisible()
  const costs = page.getByRole('region', { name: 'Before it costs money' })
  await expect(costs).toContainText(
    /\$7\.09 an hour × [\d.]+ – [\d.]+ h = \$\d\.\d\d – \$\d\.\d\d\. The time is reckoned very roughly\./,
  )
  await expect(costs).toContainText(/256 GB × \$0\.14 a GB and month × [\d.]+ – [\d.]+ h = \$/)
  await expect(costs).toContainText('ml.g5.12xlarge at $7.09 an hour, $170.16 a day')
  // Each has a quota of its own.
  await expect(costs).toContainText('2 spare ml.g5.2xlarge for training')
  await expect(costs).toContainText('2 of ml.g5.12xlarge for training')
  await expect(costs).toContainText('2 of ml.g5.12xlarge for endpoints')
  await page
    .getByRole('button', {
      name: /^Start at about \$28\.97 per hour, and about \$0\.\d\d for tokens$/,
    })
    .click()
  await expect(page.getByRole('heading', { name: 'Cloud voice', level: 1 })).toBeVisible()
  await expect.poll(() => double.jobs.all.length).toBe(5)
  double.advance(20 * 60_000)
  await takePicture(page, 'cloud-training')
  await expect
    .poll(
      () => {
        double.advance(5 * 60_000)
        return page.getByText('Completed', { exact: true }).count()
      },
      { timeout: 120_000 },
    )
    .toBeGreaterThanOrEqual(5)
  // As AWS says it, and where it says nothing, that it does not.
  await expect(page.getByText(/^AWS billed [\d:]+ of machine time\.$/)).toHaveCount(3)
  await expect(page.getByText(/^AWS billed [\d,]+ tokens\.$/)).toHaveCount(1)
  await expect(page.getByText('AWS does not tell here what it billed; the bill does.')).toHaveCount(
    1,
  )
  // In money, for each and together.
  const money = page.getByText(/^It cost about \$\d+\.\d{2,3}, at the price of its start\.$/)
  await expect(money).toHaveCount(5, { timeout: 30_000 })
  await expect(page.getByText(/^All candidates together cost about \$\d+\.\d\d/)).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'cloud-completed')
  expect(double.problems).toEqual([])
  // Bedrock is asked by the token: a question has its price on the button as well.
  const nova = page.getByRole('region', { name: 'Nova Micro' })
  await nova.getByRole('button', { name: /^Test / }).click()
  await page.getByRole('textbox', { name: 'Your question' }).fill('Is the bulb included?')
  await expect(
    page.getByRole('button', { name: 'Send, for at most about $0.001', exact: true }),
  ).toBeEnabled()
  // It goes on standing there beside what another column starts, also where there is little room.
  await page.getByRole('button', { name: 'Add a column' }).click()
  await page.getByRole('combobox', { name: 'Column 2' }).click()
  await page.getByRole('option', { name: 'Cloud voice V1 · Falcon 7B BF16' }).click()
  const send = page.getByRole('button', {
    name: /^Send, and start an endpoint at \$[\d.]+ an hour, with tokens for at most about \$0\.001$/,
  })
  await expect(send).toBeEnabled()
  const { width, height } = page.viewportSize() ?? { width: 1280, height: 800 }
  await page.setViewportSize({ width: 640, height: 480 })
  await send.scrollIntoViewIfNeeded()
  await takePicture(page, 'send-for-tokens-and-hours')
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
  await page.setViewportSize({ width, height })
})

test('says what went wrong, in every way, with AWS’s own words below', async () => {
  double.jobs.plan('', 'outOfMemory')
  double.failures.refuse(
    'CreateModelCustomizationJob',
    knownFailures.accessDenied('bedrock:CreateModelCustomizationJob'),
    // A permission that is missing stays so: the SDK asks again when the double's clock has leapt.
    3,
  )
  await openCatalogue(161, 'Failing voice')
  await choose('falcon 7b bf16', 'Falcon 7B BF16')
  await choose('mistral 7b instruct', 'Mistral 7B Instruct')
  await choose('qwen3 4b', 'Qwen3 4B', 'last')
  await choose('nova micro', 'Nova Micro')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: /^Start at/ }).click()
  await expect(page.getByRole('heading', { name: 'Failing voice', level: 1 })).toBeVisible()
  await expect
    .poll(
      () => {
        double.advance(10 * 60_000)
        return page.getByText('Failed', { exact: true }).count()
      },
      { timeout: 120_000 },
    )
    .toBeGreaterThanOrEqual(4)
  const bedrock = page.getByRole('region', { name: 'Nova Micro' })
  await bedrock.getByRole('button', { name: 'Details' }).click()
  await expect(bedrock).toContainText(
    'is not authorized to perform: bedrock:CreateModelCustomizationJob',
  )
  double.failures.settle('CreateModelCustomizationJob')
  await expectAccessible(page)
})

test('fits a small window, in Chinese and in the dark', async () => {
  await openCatalogue(162, 'Small voice')
  await page.evaluate(() =>
    window.timbre.invoke('settings.update', { language: 'zh', colorScheme: 'dark' }),
  )
  await page.setViewportSize({ width: 640, height: 480 })
  await expect(page.getByRole('textbox', { name: '搜索' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'catalogue-zh-dark')
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
  // What stands below in the navigation is a scroll away.
  const engine = page.getByRole('navigation').getByRole('switch')
  await engine.scrollIntoViewIfNeeded()
  await expect(engine).toBeInViewport()
})
