import { expect, test, type Page } from '@playwright/test'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
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

let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  const dataDirectory = await makeDataDirectory()
  const broken = path.join(dataDirectory, 'models', 'downloads', 'owner--name', 'commit')
  await mkdir(broken, { recursive: true })
  await writeFile(path.join(broken, 'model.safetensors.partial'), Buffer.alloc(3_000_000))
  running = await launchApp(dataDirectory)
  page = running.page
  await dropFile(page, await writeSmallCsv(dataDirectory))
  await expect(page.getByRole('heading', { name: 'small', level: 1 })).toBeVisible()
  await expect(page.getByText('Ready')).toBeVisible({ timeout: 60_000 })
})
test.afterAll(() => running.app.close())

test('shows what takes space, and what deleting would free', async () => {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'What takes space' }).click()
  await expect(page.getByRole('heading', { name: 'Disk space', level: 1 })).toBeVisible()
  const baseModels = page.getByRole('table', { name: 'Base models' })
  await expect(baseModels.getByText('Comes with Timbre')).toHaveCount(2)
  await expect(page.getByText('Nothing was deleted.')).toBeVisible()
  await expectAccessible(page)
})

test('a dataset goes into the bin and comes back', async () => {
  const datasets = page.getByRole('table', { name: 'Datasets' })
  await datasets.getByRole('button', { name: 'Delete small' }).click()
  await expect(datasets).toBeHidden()
  const bin = page.getByRole('region', { name: 'Bin' })
  await expect(bin.getByText('Dataset: small')).toBeVisible()
  await page.getByRole('button', { name: 'Datasets' }).click()
  await expect(page.getByText('Drop a CSV file here')).toBeVisible()

  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'What takes space' }).click()
  await expectAccessible(page)
  await takePicture(page, 'disk')
  await bin.getByRole('button', { name: 'Put back small' }).click()
  await expect(datasets.getByRole('button', { name: 'Delete small' })).toBeVisible()
})

test('a cache is cleared, and erasing for good is asked about', async () => {
  await page.getByRole('button', { name: 'Clear Unfinished downloads' }).click()
  await expect(page.getByRole('button', { name: 'Clear Unfinished downloads' })).toBeDisabled()
  await page.getByRole('button', { name: 'Delete small' }).click()
  const erase = page.getByRole('button', { name: 'Erase small' })
  await erase.click()
  const question = page.getByRole('dialog', { name: 'Erase for good?' })
  await question.getByRole('button', { name: 'Keep' }).click()
  await expect(question).toBeHidden()
  await erase.click()
  await question.getByRole('button', { name: 'Erase for good' }).click()
  await expect(page.getByText('Nothing was deleted.')).toBeVisible()
})

test('with the engine off it says what it cannot tell, in Chinese and in the dark too', async () => {
  await page.getByRole('switch', { name: 'Engine' }).press('Space')
  await expect(page.getByText('Off. History stays readable.')).toBeVisible()
  await page.getByRole('button', { name: 'Settings', exact: true }).first().click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.getByRole('button', { name: '空间占用' }).click()
  await expect(page.getByText('引擎运行后才能分别显示')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'disk-zh-dark')
})
