/** A version of this computer, run again in AWS with one click, against an account's double. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import type { ModelVersion } from '../../shared/model.ts'
import { startAwsDouble, type AwsDouble } from '../support/aws/awsDouble.ts'
import { expectAccessible } from './support/accessibility.ts'
import { addCompanyAccount } from './support/companyAccount.ts'
import { dropFile, launchApp, makeDataDirectory, type LaunchedApp } from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

let double: AwsDouble
let running: LaunchedApp
let page: Page

const rowCount = 1040

test.beforeAll(async () => {
  double = await startAwsDouble()
  running = await launchApp(await makeDataDirectory())
  page = running.page
})
test.afterAll(async () => {
  await running.app.close()
  await double.close()
})

const longAnswer = (row: number) => `Shelf ${row}. `.padEnd(1200, 'Please look twice. ')

/** Every fortieth row is too long for what this version reads. */
async function startHere(): Promise<ModelVersion> {
  const file = path.join(running.dataDirectory, 'letters.csv')
  const lines = Array.from({ length: rowCount }, (_, index) => {
    const row = index + 1
    return `Where is item ${row}?,${row % 40 === 0 ? longAnswer(row) : `On shelf ${row}.`}`
  })
  await writeFile(file, `question,answer\n${lines.join('\n')}\n`)
  await dropFile(page, file)
  await expect(page.getByRole('button', { name: 'Fine-tune a model with this' })).toBeVisible()
  return page.evaluate(async () => {
    const ask = async (...call: Parameters<typeof window.timbre.invoke>) => {
      const answer = await window.timbre.invoke(...call)
      if (!answer.ok) throw new Error(answer.error.message)
      return answer.value
    }
    const [dataset] = (await ask('dataset.list', null)) as { id: string }[]
    const [base] = (await ask('baseModel.list', null)) as { id: string }[]
    return (await ask('version.start', {
      modelId: null,
      name: 'Letters',
      problemType: 'fine-tune-foundation-model',
      datasetId: dataset?.id,
      columns: { question: 'question', answer: 'answer' },
      validationFraction: 0.1,
      splitSeed: 23,
      candidates: [
        { baseModelId: base?.id, hyperparameters: { epoch: '2', early_stopping_patience: '3' } },
      ],
    })) as ModelVersion
  })
}

let version: ModelVersion
const change = (name: string) => page.locator(`[data-change="${name}"]`)
const setting = (name: string) => page.locator(`[data-setting="${name}"]`)

test('asks for a workspace where there is none', async () => {
  await expect(page.getByText('Ready')).toBeVisible()
  version = await startHere()
  await page.getByRole('navigation').getByRole('button', { name: 'Models' }).click()
  await page.getByText('Letters', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Run in AWS' }).click()
  await expect(page.getByText('No AWS workspace yet')).toBeVisible()
  await expectAccessible(page)
  await addCompanyAccount(page, double)
})

test('says what changes, and which rows would be cut, page by page', async () => {
  await expect(page.getByRole('heading', { name: 'What changes' })).toBeVisible()
  // The nearest in size, by the way that is most like this computer's.
  await expect(change('baseModel')).toContainText('BloomZ 560M – JumpStart')
  await expect(change('machine')).toContainText('ml.g4dn.2xlarge')
  await expect(change('price')).toContainText('$0.94 per hour')
  await expect(change('time')).toContainText('reckoned very roughly')
  await expect(change('rows')).toContainText('1,040; there is no limit')
  await expect(change('tokens')).toContainText('At most 256: 26 rows would be cut')
  await expect(change('canvas')).toContainText('26 rows would be cut at 512 characters')
  await expect(change('licence')).toContainText('Nothing to accept')
  await expect(change('split')).toContainText('The same rows on the same sides, seed 23')

  const rows = page.locator('[data-row]')
  await expect(rows).toHaveCount(20)
  await expect(rows.first()).toContainText('40')
  // Five tokens are the question's; 251 are left, of four letters each.
  await expect(rows.first()).toContainText('In the answer, after about 1,004 characters')
  await page.getByRole('button', { name: 'Page 2' }).click()
  await expect(rows).toHaveCount(6)
  await expect(rows.last()).toContainText('1,040')
  await page.getByRole('tab', { name: '26 over Canvas’ limit' }).click()
  await expect(rows.first()).toContainText('In the answer, after about 512 characters')

  await expect(setting('epoch').getByRole('textbox')).toHaveValue('2')
  await expect(setting('early_stopping_patience')).toContainText('It does not stop early there')
  await expect(setting('learning_rate')).toContainText('Large models usually learn with less')
  await expectAccessible(page)
  await page.getByRole('heading', { name: 'Run Letters in AWS' }).scrollIntoViewIfNeeded()
  await takePicture(page, 'move-to-aws')
})

async function chooseModel(search: string, option: RegExp): Promise<void> {
  const select = page.getByRole('combobox', { name: 'Base model there' })
  await select.click()
  await select.fill(search)
  await page.getByRole('option', { name: option }).click()
}

test('keeps to a model’s most rows, and to its licence', async () => {
  await chooseModel('Falcon 7B', /^Falcon 7B – Autopilot/)
  await expect(change('rows')).toContainText('1,040 of at most 1,000')
  await page.getByRole('button', { name: 'Next: review and price' }).click()
  await expect(page.getByText('Something above still needs you.')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Train on 1,000 rows only' }).check()
  await expect(page.getByRole('tab', { name: '40 left out' })).toBeVisible()
  await expect(change('rows')).toContainText('1,000 of at most 1,000')
  await page.getByRole('checkbox', { name: 'Train on 1,000 rows only' }).uncheck()

  await chooseModel('Llama 3.2 1B', /^Llama 3\.2 1B Instruct – JumpStart/)
  await expect(change('licence')).toContainText('Has to be accepted first')
  await page.getByRole('button', { name: 'Read and accept the licence' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'I accept' }).click()
  await expect(change('licence')).toContainText('Accepted on')
})

test('starts it with the price on the button: the same rows, split, seed and settings', async () => {
  await setting('learning_rate').getByRole('textbox').fill('0.0001')
  await page.getByRole('button', { name: 'Next: review and price' }).click()
  await expect(page.getByRole('cell', { name: 'Letters, a new version' })).toBeVisible()
  const costs = page.getByRole('region', { name: 'Before it costs money' })
  await expect(costs).toContainText(/\$1\.52 an hour × 0\.1 – [\d.]+ h = \$0\.1\d – \$[\d.]+\./)
  await expect(costs).toContainText('The time is reckoned very roughly')
  await expect(costs).toContainText(
    /Data and result in S3: 1\.9 GB × \$0\.023 a GB and month = \$0\.043/,
  )
  await expectAccessible(page)
  await takePicture(page, 'move-to-aws-review')
  expect(double.jobs.all).toHaveLength(0)
  await page.getByRole('button', { name: /^Start at \$\d+\.\d\d per hour$/ }).click()
  await expect(page.getByRole('tab', { name: 'V2' })).toBeVisible()
  await expect.poll(() => double.jobs.all.length).toBe(1)
  const moved = await page.evaluate(async (id) => {
    const answer = await window.timbre.invoke('model.get', { id })
    return answer.ok ? (answer.value as { versions: ModelVersion[] }).versions[0] : undefined
  }, version.modelId)
  const { datasetSha256, columns, validationFraction, splitSeed } = version
  expect(moved).toMatchObject({ number: 2, datasetSha256, columns, validationFraction, splitSeed })
  expect(moved?.trainingRowCount).toBe(version.trainingRowCount)
  expect(moved?.candidates[0]).toMatchObject({
    baseModelId: 'meta-textgeneration-llama-3-2-1b-instruct',
    hyperparameters: { epoch: '2', learning_rate: '0.0001', max_input_length: '256' },
  })
  await expect
    .poll(
      () => {
        double.advance(10 * 60_000)
        return page.getByText('Completed', { exact: true }).count()
      },
      { timeout: 120_000 },
    )
    .toBeGreaterThan(0)
  expect(double.problems).toEqual([])
})

test('fits a small window, in Chinese and in the dark', async () => {
  await page.getByRole('tab', { name: 'V1' }).click()
  await page.getByRole('button', { name: 'Run in AWS' }).click()
  await page.evaluate(() =>
    window.timbre.invoke('settings.update', { language: 'zh', colorScheme: 'dark' }),
  )
  await page.setViewportSize({ width: 640, height: 480 })
  await expect(page.getByRole('heading', { name: '有何不同' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'move-to-aws-zh-dark')
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
})
