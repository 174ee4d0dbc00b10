/** Using and shipping a trained model through the window: playground, endpoints, registry, notebook, bundle, batch. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import {
  answerDialog,
  answerSaveDialog,
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

let dataDirectory: string
let running: LaunchedApp
let page: Page

const tunedName = 'Voice V1 · Timbre Pico (English)'
const question = 'How do I return item 7?'

test.beforeAll(async () => {
  dataDirectory = await makeDataDirectory()
  running = await launchApp(dataDirectory)
  page = running.page
  await dropFile(page, await writeSmallCsv(dataDirectory))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill('Voice')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Timbre Pico (English)' }).check()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('textbox', { name: 'Epochs' }).fill('8')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Start fine-tuning' }).click()
  await expect(page.getByText('Completed')).toBeVisible({ timeout: 180_000 })
})
test.afterAll(() => running.app.close())

const turnOf = (prompt: string) => page.getByRole('region', { name: prompt, exact: true })
const answerOf = (prompt: string, title: string) =>
  turnOf(prompt).getByRole('region', { name: title, exact: true })

test('asks several models at once, marks differences, rates, answers anew, and branches', async () => {
  await page.getByRole('button', { name: 'Test Timbre Pico (English)' }).click()
  await page.getByRole('button', { name: 'Add a column' }).click()
  await page.getByRole('combobox', { name: 'Column 3' }).click()
  await page.getByRole('option', { name: 'Timbre Nano (English, Chinese)' }).click()
  await page.getByRole('button', { name: 'From your data' }).click()
  await page.getByRole('menuitem').first().click()
  await expect(page.getByRole('textbox', { name: 'Your question' })).not.toHaveValue('')
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.getByRole('button', { name: 'Send' }).click()
  for (const title of [tunedName, 'Timbre Pico (English)', 'Timbre Nano (English, Chinese)'])
    await expect(answerOf(question, title)).toHaveAttribute('aria-busy', 'false', {
      timeout: 90_000,
    })
  const tuned = answerOf(question, tunedName)
  await expect(tuned).toContainText('Happy to help!')
  await expect(tuned).toContainText(/\d+ tokens · \d+ tokens\/s · first after \d+ ms/)
  await page.getByRole('switch', { name: 'Mark differences' }).press('Space')
  await expect(turnOf(question).locator('mark').first()).toBeVisible()
  await tuned.getByRole('button', { name: /^Good answer/ }).click()
  await expect(tuned.getByRole('button', { name: /^Good answer/ })).toHaveAttribute(
    'aria-pressed',
    'true',
  )
  await expectAccessible(page)
  await takePicture(page, 'playground')

  await page.getByRole('button', { name: 'Settings', exact: true }).nth(1).click()
  await page.getByRole('slider', { name: 'Temperature' }).press('End')
  await page.getByRole('combobox', { name: 'Stop words' }).fill('Warmly')
  await page.keyboard.press('Enter')
  await tuned.getByRole('button', { name: /^Answer again/ }).click()
  await expect(tuned).toContainText('Answer 2', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Edit this question' }).click()
  await page.getByRole('textbox', { name: 'Ask it another way' }).fill('Can I return item 9?')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(answerOf('Can I return item 9?', tunedName)).toHaveAttribute('aria-busy', 'false', {
    timeout: 60_000,
  })
  await expect(page.getByText('2 / 2')).toBeVisible()
  await page.getByRole('button', { name: 'Previous wording' }).click()
  await expect(turnOf(question)).toBeVisible()
})

test('teaches a good answer, and finds the conversation again', async () => {
  await answerOf(question, tunedName)
    .getByRole('button', { name: /^Teach it/ })
    .click()
  await expect(page.getByRole('dialog', { name: 'Teach it this' })).toBeVisible()
  await page
    .getByRole('textbox', { name: 'Answer', exact: true })
    .fill('Happy to help! Within 30 days. Juno')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Add the row' }).click()
  await expect(page.getByText(/Added to “small”: \d+ rows now/)).toBeVisible()
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('textbox', { name: 'Search questions and answers' }).fill('item 9')
  const file = path.join(dataDirectory, 'talk.md')
  await answerSaveDialog(running, file)
  await page.getByRole('button', { name: `Save “${question}”` }).click()
  await expect(page.getByText('Saved').first()).toBeVisible()
  expect(await readFile(file, 'utf8')).toContain(`## ${question}`)
  await page.getByRole('button', { name: new RegExp(`^${question.replace('?', '\\?')}`) }).click()
  await expect(page.getByText('2 / 2')).toBeVisible()
})

test('a conversation goes for good only after a question', async () => {
  await page.getByRole('button', { name: 'History' }).click()
  const remove = page.getByRole('button', { name: `Delete “${question}”` })
  await remove.click()
  const asked = page.getByRole('dialog', { name: 'Delete this conversation?' })
  await expect(asked).toContainText(question)
  await expectAccessible(page)
  await takePicture(page, 'delete-conversation')
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await expect(remove).toBeVisible()
  await remove.click()
  await asked.getByRole('button', { name: 'Delete it' }).click()
  await expect(page.getByText('Nothing was asked yet.')).toBeVisible()
  await page.keyboard.press('Escape')
})

test('deploys an endpoint that ends by itself, with code, metrics and details', async () => {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: 'Ship Timbre Pico (English)' }).click()
  await page.getByRole('menuitem', { name: 'Deploy as an endpoint' }).click()
  await expect(page.getByText('The engine deletes it, also when Timbre is closed.')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'deploy')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  const card = page.getByRole('region', { name: 'timbre-voice', exact: true })
  await expect(page.getByRole('heading', { name: tunedName })).toBeVisible()
  await expect(card).toContainText('In service', { timeout: 60_000 })
  await expect(card).toContainText(/Ends by itself in 1:5\d:\d\d without use|in 2:00:00/)
  await expectAccessible(page)
  await takePicture(page, 'endpoints')
  await card.getByRole('button', { name: 'Use timbre-voice' }).click()
  const drawer = page.getByRole('dialog', { name: 'timbre-voice' })
  await expect(drawer.getByText('invoke_endpoint')).toBeVisible()
  await drawer.getByText('IAM policy').click()
  await expect(drawer.getByText('sagemaker:InvokeEndpoint"')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'endpoint-code')
  await drawer.getByRole('tab', { name: 'Details' }).click()
  await expect(drawer.getByText(/^s3:\/\/.*model\.tar\.gz$/)).toBeVisible()
  await expect(drawer.getByText(/:training-job\//)).toBeVisible()
  await expect(drawer.getByText(/:model\/timbre-voice$/)).toBeVisible()
  await drawer.getByRole('tab', { name: 'Metrics' }).click()
  await expect(drawer.getByText('Latency, median')).toBeVisible()
  await drawer.getByRole('tab', { name: 'Versions' }).click()
  await drawer.getByRole('combobox', { name: 'Another candidate' }).click()
  await page.getByRole('option', { name: tunedName }).click()
  await drawer.getByRole('button', { name: 'Add beside' }).click()
  await expect(drawer.getByText('90 %', { exact: true })).toBeVisible({ timeout: 60_000 })
  const back = drawer.getByRole('button', { name: 'Go back to the version before' })
  await expect(back).toBeEnabled({ timeout: 60_000 })
  await back.click()
  await expect(drawer.getByText('100 %', { exact: true })).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('Escape')
  await card.getByRole('button', { name: 'Delete timbre-voice' }).click()
  await page.getByRole('button', { name: 'Delete the endpoint' }).click()
  await expect(card).toBeHidden({ timeout: 60_000 })
})

test('registers a version, and its approval', async () => {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: 'Ship Timbre Pico (English)' }).click()
  await page.getByRole('menuitem', { name: 'Add to the Model Registry' }).click()
  await page.getByRole('textbox', { name: 'What it is', exact: true }).fill('Help desk answers')
  await page.getByRole('button', { name: 'Register' }).click()
  const card = page.getByRole('region', { name: 'Version 1' })
  await expect(card).toContainText('Waits for approval', { timeout: 60_000 })
  await card.getByRole('button', { name: 'Approve …' }).click()
  await page.getByRole('textbox', { name: 'Comment' }).fill('Reads well')
  await page.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(card).toContainText('Approved')
  await expect(card).toContainText('Reads well')
  await card.getByRole('button', { name: 'Lineage and metrics' }).click()
  await expect(card).toContainText('dataset sha256')
  await expectAccessible(page)
  await takePicture(page, 'registry')
})

test('shows and saves the notebook, and the bundle that a colleague opens', async () => {
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('button', { name: 'Ship Timbre Pico (English)' }).click()
  await page.getByRole('menuitem', { name: 'View notebook' }).click()
  const drawer = page.getByRole('dialog', { name: 'Notebook' })
  await expect(drawer.getByText('create_training_job', { exact: false }).first()).toBeVisible()
  await expect(drawer.getByRole('heading', { name: 'Training', exact: true })).toBeVisible()
  await expect(drawer.getByText('## Training')).toHaveCount(0)
  await takePicture(page, 'notebook')
  const notebook = path.join(dataDirectory, 'again.ipynb')
  await answerSaveDialog(running, notebook)
  await drawer.getByRole('button', { name: 'Save the notebook' }).click()
  await expect(page.getByText('again.ipynb')).toBeVisible()
  expect(JSON.parse(await readFile(notebook, 'utf8'))).toMatchObject({ nbformat: 4 })
  await page.keyboard.press('Escape')

  const bundle = path.join(dataDirectory, 'voice.timbre')
  await answerSaveDialog(running, bundle)
  await page.getByRole('button', { name: 'Save bundle' }).click()
  await page.getByRole('menuitem', { name: 'With weights' }).click()
  await expect(page.getByText('voice.timbre')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Models', exact: true }).first().click()
  await answerDialog(running, bundle)
  await page.getByRole('button', { name: 'Open a bundle' }).click()
  const dialog = page.getByRole('dialog', { name: 'Voice V1' })
  await expect(dialog).toContainText('signed on this computer')
  await expectAccessible(page)
  await takePicture(page, 'bundle')
  await dialog.getByRole('button', { name: 'Continue with it' }).click()
  await expect(page.getByRole('heading', { name: 'Voice 2', level: 1 })).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByText('Completed')).toBeVisible()
})

test('answers a whole file, stops and goes on, and saves the answers as a column', async () => {
  await page.getByRole('button', { name: 'Playground' }).click()
  await page.getByRole('button', { name: 'Answer a file' }).click()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const card = page.getByRole('region', { name: 'small' }).first()
  await expect(card).toContainText(/([1-9]|\d\d) of \d+ rows/, { timeout: 60_000 })
  await card.getByRole('button', { name: 'Stop' }).click()
  await card.getByRole('button', { name: 'Go on' }).click()
  await expect(card).toContainText('Completed', { timeout: 120_000 })
  await expectAccessible(page)
  await takePicture(page, 'batch')
  const file = path.join(dataDirectory, 'answers.csv')
  await answerSaveDialog(running, file)
  await card.getByRole('button', { name: 'Save with the answers' }).click()
  await expect(page.getByText('answers.csv')).toBeVisible()
  expect(await readFile(file, 'utf8')).toContain('model_answer')
  await card.getByRole('button', { name: 'Remove' }).click()
  const asked = page.getByRole('dialog', { name: 'Remove this run?' })
  await expect(asked).toContainText(/Its \d+ answers are gone for good/)
  await asked.getByRole('button', { name: 'Remove' }).click()
  await expect(card).toBeHidden()
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
  await expect(page.getByRole('heading', { name: '试用', level: 1 })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'playground-zh-dark')
  await page.getByRole('button', { name: '端点' }).click()
  await expectAccessible(page)
  await takePicture(page, 'endpoints-zh-dark')
})
