import { expect, test, type Locator, type Page } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { writeAnalyzedModel } from './support/analyzedModel.ts'
import {
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'
import { writeUsedModel } from './support/usedModel.ts'

test.describe.configure({ mode: 'serial' })

let running: LaunchedApp
let page: Page

const navigation = () => page.getByRole('navigation')
const heading = (name: string) => page.getByRole('heading', { name, level: 1 })
const card = (name: RegExp) => page.getByRole('button', { name })

async function openMenu(name: string, item: 'Rename…' | 'Delete…'): Promise<void> {
  // By keyboard alone.
  await page.getByRole('button', { name: `Rename or delete ${name}` }).press('Enter')
  await page.getByRole('menuitem', { name: item }).press('Enter')
}

async function rename(from: string, to: string): Promise<Locator> {
  await openMenu(from, 'Rename…')
  const field = page
    .getByRole('dialog', { name: 'Rename this model' })
    .getByRole('textbox', { name: 'Model name' })
  await expect(field).toBeFocused()
  await expect(field).toHaveValue(from)
  await field.fill(to)
  await field.press('Enter')
  return field
}

/** Once it is told what goes. */
async function confirm(dialog: Locator): Promise<void> {
  const remove = dialog.getByRole('button', { name: 'Delete' })
  await expect(remove).toBeEnabled()
  await remove.press('Enter')
}

test.beforeAll(async () => {
  const dataDirectory = await makeDataDirectory()
  await writeAnalyzedModel(dataDirectory)
  writeUsedModel(dataDirectory)
  running = await launchApp(dataDirectory)
  page = running.page
  await expect(page.getByText('Ready')).toBeVisible({ timeout: 60_000 })
})
test.afterAll(() => running.app.close())

test('a name that can’t be is refused in words, and a good one is there while it trains', async () => {
  await dropFile(page, await writeSmallCsv(running.dataDirectory, 400))
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill('Help desk')
  const next = page.getByRole('button', { name: 'Next', exact: true })
  await next.click()
  await next.click()
  await page.getByRole('checkbox', { name: 'Timbre Pico (English)' }).press('Space')
  await next.click()
  await page.getByRole('textbox', { name: 'Epochs' }).fill('60')
  await next.click()
  await page.getByRole('button', { name: 'Start fine-tuning' }).click()
  await expect(heading('Help desk')).toBeVisible()
  await expect(page.getByText(/Step \d+ of/).first()).toBeVisible({ timeout: 60_000 })

  const field = await rename('Help desk', 'voice')
  await expect(page.getByRole('alert')).toHaveText(
    'There is a model named “voice” already. Choose another name.',
  )
  await expectAccessible(page)
  await takePicture(page, 'rename-model')
  await field.fill(' ')
  await field.press('Enter')
  await expect(page.getByRole('alert')).toHaveText('Give the model a name.')
  await field.fill('Front/office')
  await field.press('Enter')
  await expect(page.getByRole('alert')).toContainText('Start with a letter or digit')
  await field.fill('Front office')
  await field.press('Enter')
  await expect(heading('Front office')).toBeVisible()
  await expect(page.getByText('It is called “Front office” now.')).toBeVisible()
  await expect(page.getByText(/Step \d+ of/).first()).toBeVisible()
})

test('the name follows wherever the model is shown', async () => {
  await navigation().getByRole('button', { name: 'Models' }).click()
  await expectAccessible(page)
  await takePicture(page, 'models')
  await rename('Voice', 'Our voice')
  await expect(card(/^Our voice/)).toBeVisible()
  const title = 'Our voice V1 · Timbre Pico (English)'
  await navigation().getByRole('button', { name: 'Endpoints' }).click()
  await expect(page.getByRole('region', { name: 'timbre-shop' })).toContainText(title)
  await navigation().getByRole('button', { name: 'Playground' }).click()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('button', { name: /^How do I return the lamp/ }).click()
  await expect(page.getByRole('region', { name: title })).toBeVisible()
  await page.getByRole('button', { name: 'Answer a file' }).click()
  await expect(page.getByRole('region', { name: 'Open questions' })).toContainText(title)
})

test('without the engine a model is renamed, and not deleted, with the reason', async () => {
  await navigation().getByRole('button', { name: 'Models' }).click()
  await page.getByRole('switch', { name: 'Engine' }).press('Space')
  await expect(page.getByText('Off. History stays readable.')).toBeVisible()
  await rename('Our voice', 'Voice')
  await openMenu('Voice', 'Delete…')
  const dialog = page.getByRole('dialog', { name: 'Delete “Voice”?' })
  await expect(dialog).toContainText('The engine is off.')
  await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await page.getByRole('switch', { name: 'Engine' }).press('Space')
  await expect(page.getByText('Ready')).toBeVisible({ timeout: 60_000 })
})

test('one that trains is deleted from its page, and comes back by Undo to be continued', async () => {
  await card(/^Front office/).click()
  await expect(page.getByText(/Step \d+ of/).first()).toBeVisible({ timeout: 60_000 })
  await openMenu('Front office', 'Delete…')
  const dialog = page.getByRole('dialog', { name: 'Delete “Front office”?' })
  await expect(dialog).toContainText('1 training has not ended.')
  await expect(dialog).toContainText('The dataset “small”')
  await expect(dialog.getByRole('button', { name: 'Keep' })).toBeFocused()
  await expectAccessible(page)
  await takePicture(page, 'delete-model-training')
  await confirm(dialog)

  await expect(heading('Models')).toBeVisible()
  const undo = page.getByRole('button', { name: 'Undo: put back Front office' })
  await expect(undo).toBeFocused()
  await expect(card(/^Front office/)).toBeHidden()
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/pictures/models-undo.png', animations: 'disabled' })
  await undo.press('Enter')
  await expect(page.getByText('“Front office” is back.')).toBeVisible()
  await card(/^Front office/).click()
  await expect(page.getByRole('button', { name: /^Continue training/ })).toBeVisible({
    timeout: 60_000,
  })
})

test('tells what goes and what stays, and the last one leaves an empty list', async () => {
  await navigation().getByRole('button', { name: 'Models' }).click()
  await openMenu('Voice', 'Delete…')
  let dialog = page.getByRole('dialog', { name: 'Delete “Voice”?' })
  for (const fact of ['2 versions', '3 candidates', '1 report', '1 conversation', 'timbre-shop'])
    await expect(dialog).toContainText(fact)
  await expectAccessible(page)
  await takePicture(page, 'delete-model')
  await dialog.getByRole('button', { name: 'Keep' }).press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Rename or delete Voice' })).toBeFocused()
  await openMenu('Voice', 'Delete…')
  await confirm(dialog)
  await expect(card(/^Voice/)).toBeHidden()
  await openMenu('Front office', 'Delete…')
  dialog = page.getByRole('dialog', { name: 'Delete “Front office”?' })
  // What it had learned until it was stopped.
  await expect(dialog).toContainText(/[\d.]+ MB on this computer/)
  await confirm(dialog)
  await expect(page.getByRole('heading', { name: 'No models yet' })).toBeVisible()
  await expectAccessible(page)
  await page.screenshot({ path: 'test-results/pictures/models-empty.png', animations: 'disabled' })

  await page.getByRole('button', { name: 'Undo: put back Voice' }).click()
  await expect(card(/^Voice/)).toBeVisible()
  await navigation().getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'What takes space' }).click()
  const bin = page.getByRole('region', { name: 'Bin' })
  await expect(bin.getByText('Model: Front office')).toBeVisible()
  await expect(bin.getByText('Model: Voice')).toBeHidden()
})

test('in Chinese, in the dark and in a small window too', async () => {
  await navigation().getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.setViewportSize({ width: 640, height: 480 })
  await navigation().getByRole('button', { name: '模型', exact: true }).click()
  await expectAccessible(page)
  await takePicture(page, 'models-zh-dark-small')
  await page.getByRole('button', { name: '重命名或删除 Voice' }).click()
  await page.getByRole('menuitem', { name: '删除…' }).click()
  const dialog = page.getByRole('dialog', { name: '要删除“Voice”吗？' })
  await expect(dialog).toContainText('timbre-shop')
  await expectAccessible(page)
  await takePicture(page, 'delete-model-zh-dark-small')
  await dialog.getByRole('button', { name: '保留' }).click()
  await page.getByRole('button', { name: '重命名或删除 Voice' }).click()
  await page.getByRole('menuitem', { name: '重命名…' }).click()
  await expect(page.getByRole('dialog', { name: '重命名此模型' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'rename-model-zh-dark-small')
})
