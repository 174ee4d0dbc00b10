import { mkdtemp, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test, type Locator, type Page } from '@playwright/test'
import { filesOf, goodToken, startHubDouble, type HubDouble } from '../support/huggingFaceHub.ts'
import { writeTinyModelFolder } from '../support/tinyModelFolder.ts'
import { expectAccessible } from './support/accessibility.ts'
import {
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

const model = 'acme/help-desk-tiny'
let hub: HubDouble
let running: LaunchedApp
let page: Page
let dialog: Locator

test.beforeAll(async () => {
  hub = await startHubDouble()
  const files = await filesOf(
    await writeTinyModelFolder(await mkdtemp(path.join(os.tmpdir(), 'timbre-hub-'))),
  )
  hub.publish(model, { license: 'apache-2.0', files })
  hub.publish('acme/gated', { access: 'gated', files })
  running = await launchApp(await makeDataDirectory())
  page = running.page
  dialog = page.getByRole('dialog', { name: 'Add a model from the Hugging Face Hub' })
  await expect(page.getByText('Ready')).toBeVisible()
})
test.afterAll(async () => {
  await running.app.close()
  await hub.close()
})

test('takes the Hub’s address and an access token in the settings', async () => {
  await page.getByRole('button', { name: 'Settings' }).click()
  const address = page.getByRole('textbox', { name: 'Address' })
  await expect(address).toHaveValue('https://huggingface.co')
  await address.fill('hf-mirror.com')
  await address.press('Enter')
  await expect(page.getByText('Write an address that starts with https://')).toBeVisible()
  await expectAccessible(page)
  await address.fill(`${hub.url}/`)
  await address.press('Enter')
  await expect(address).toHaveValue(hub.url)
  const token = page.getByLabel('Access token', { exact: true })
  await token.fill(goodToken)
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await expect(page.getByText(/^An access token for 127\.0\.0\.1:\d+ is set/)).toBeVisible()
  await expectAccessible(page)
  // Encrypted, or not on the disk at all.
  const kept = await readFile(path.join(running.dataDirectory, 'hugging-face-token')).catch(() =>
    Buffer.alloc(0),
  )
  expect(kept.includes(goodToken)).toBe(false)
  await page.getByRole('button', { name: 'Remove the token' }).click()
  await expect(token).toHaveValue('')
})

test('looks a model up, and shows what would be downloaded', async () => {
  await page.getByRole('button', { name: 'Datasets' }).click()
  await dropFile(page, await writeSmallCsv(running.dataDirectory))
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill('Help desk voice')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await expect(page.getByRole('combobox', { name: 'Question column' })).toHaveValue('question')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await openDialog()
  await expectAccessible(page)
  const name = dialog.getByRole('textbox', { name: 'Name of the model' })
  await name.fill('acme/gated')
  await name.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('accepted its licence')
  await expectAccessible(page)
  await name.fill(model)
  await name.press('Enter')
  await expect(dialog.getByRole('cell', { name: 'model.safetensors' })).toBeVisible()
  await expect(dialog.getByText('Licence: apache-2.0')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'add-from-hub')
  expect(hub.requests.filter(({ server }) => server === 'cdn')).toEqual([])
})

test('downloads it, is cancelled from the page behind, and goes on', async () => {
  hub.trouble.stallAfter = 10_000
  await dialog.getByRole('button', { name: 'Download and add' }).click()
  await expect(dialog.getByText(`Downloading ${model} …`)).toBeVisible()
  await expect(dialog.getByText(/^13\.\d KB of 51\.\d KB/)).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expectAccessible(page)
  await page.getByRole('main').getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText(`Downloading ${model} …`)).toBeHidden()

  hub.trouble.stallAfter = null
  hub.trouble.corrupts = true
  await openDialog()
  await dialog.getByRole('button', { name: 'Download and add' }).click()
  await expect(dialog.getByRole('alert')).toContainText('model.safetensors did not arrive')

  hub.trouble.corrupts = false
  await dialog.getByRole('button', { name: 'Download and add' }).click()
  await expect(page.getByRole('checkbox', { name: 'help-desk-tiny' })).toBeChecked({
    timeout: 60_000,
  })
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Model card of help-desk-tiny' }).click()
  await page.getByRole('button', { name: 'Remove this base model' }).click()
  await expect(page.getByRole('checkbox', { name: 'help-desk-tiny' })).toBeHidden()
})

test('fits a small window, in Chinese and in the dark', async () => {
  await page.evaluate(() =>
    window.timbre.invoke('settings.update', { language: 'zh', colorScheme: 'dark' }),
  )
  await page.setViewportSize({ width: 640, height: 480 })
  await page.getByRole('button', { name: '添加基础模型' }).click()
  await page.getByRole('menuitem', { name: /Hub/ }).click()
  const small = page.getByRole('dialog', { name: '从 Hugging Face Hub 添加模型' })
  await small.getByRole('button', { name: '查找' }).click()
  const download = small.getByRole('button', { name: '下载并添加' })
  await download.scrollIntoViewIfNeeded()
  await expect(download).toBeInViewport()
  await expectAccessible(page)
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBe(0)
})

async function openDialog(): Promise<void> {
  await page.getByRole('button', { name: 'Add a base model' }).click()
  await page.getByRole('menuitem', { name: /Hub/ }).click()
  await expect(dialog).toBeVisible()
}
