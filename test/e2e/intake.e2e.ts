import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { workbookFile } from '../support/zipFile.ts'
import { dropFile, launchApp, makeDataDirectory, type LaunchedApp } from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

let running: LaunchedApp
test.beforeAll(async () => {
  running = await launchApp(await makeDataDirectory())
})
test.afterAll(() => running.app.close())

test('asks for the sheet of a workbook, imports it, and recognises it the second time', async () => {
  const { page, dataDirectory } = running
  const file = path.join(dataDirectory, 'help desk.xlsx')
  const rows = Array.from({ length: 12 }, (_, index) => [`Question ${index}?`, `Answer ${index}`])
  await writeFile(
    file,
    workbookFile({
      Notes: [
        ['nothing', 'here'],
        ['a', 'b'],
      ],
      Answers: [['question', 'answer'], ...rows],
    }),
  )
  for (const isAgain of [false, true]) {
    await dropFile(page, file)
    await page.getByRole('combobox', { name: 'Sheet' }).click()
    await takePicture(page, 'intake-sheet')
    await page.getByRole('option', { name: 'Answers' }).click()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'help desk', exact: true })).toBeVisible()
    await expect(page.getByText('sheet “Answers”')).toBeVisible()
    if (isAgain) await expect(page.getByText('This file was imported before')).toBeVisible()
  }
})

test('takes pasted cells, and leaves redactions out of "Fix all"', async () => {
  const { page } = running
  await page.getByRole('button', { name: 'Datasets' }).first().click()
  await page.getByRole('button', { name: 'More ways to add data' }).click()
  await page.getByRole('menuitem', { name: 'Paste from a spreadsheet …' }).click()
  const cells =
    'question\tanswer\nHow?\t<p>Like this</p>\nWho?\tWrite to jane@example.com\nCaf\u00c3\u00a9?\tYes \n'
  await page.getByRole('textbox', { name: 'Copied cells' }).fill(cells)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Private data' })).toBeVisible()
  await takePicture(page, 'intake-findings')
  await page.getByRole('button', { name: 'Fix all' }).click()
  await expect(page.getByRole('region', { name: '1 e-mail address' })).toBeVisible()
  await expect(page.getByRole('region', { name: /garbled/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Replace with [email]' }).click()
  await expect(page.getByText('Replaced 1 e-mail address')).toBeVisible()
})

test('looks through Amazon S3, which this computer’s engine answers', async () => {
  const { page } = running
  await page.getByRole('button', { name: 'Datasets' }).first().click()
  await page.getByRole('button', { name: 'More ways to add data' }).click()
  await page.getByRole('menuitem', { name: 'From Amazon S3 …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import from Amazon S3' })
  await expect(
    dialog
      .getByText(/no bucket yet|engine is off/)
      .or(dialog.getByRole('button', { name: /^Open/ }).first()),
  ).toBeVisible()
  await takePicture(page, 'intake-s3')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})
