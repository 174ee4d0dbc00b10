import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { expect, test } from '@playwright/test'
import { z } from 'zod'
import { clientsFor } from '../support/engine.ts'
import { workbookFile } from '../support/zipFile.ts'
import { dropFile, launchApp, makeDataDirectory, type LaunchedApp } from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

const connectionSchema = z.object({
  endpoint: z.string(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
})

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

test('asks for the sheets of workbooks that are dropped with other files, one after the other', async () => {
  const { page, dataDirectory } = running
  const rowsOf = (name: string) => [
    ['question', 'answer'],
    ...Array.from({ length: 12 }, (_, index) => [`${name} ${index}?`, `${name}: ${index}`]),
  ]
  const file = (name: string) => path.join(dataDirectory, name)
  const workbook = (name: string) =>
    workbookFile({ Notes: rowsOf(`${name} note`), Answers: rowsOf(name) })
  await writeFile(file('north.xlsx'), workbook('north'))
  await writeFile(file('plain.csv'), rowsOf('plain').join('\n'))
  await writeFile(file('left out.xlsx'), workbook('left out'))
  await writeFile(file('south.xlsx'), workbook('south'))
  await dropFile(page, ...['north.xlsx', 'plain.csv', 'left out.xlsx', 'south.xlsx'].map(file))
  const choice = (name: string) => page.getByRole('dialog', { name: new RegExp(name) })
  for (const name of ['north.xlsx', 'left out.xlsx', 'south.xlsx']) {
    await expect(choice(name)).toBeVisible()
    if (name === 'left out.xlsx') {
      await choice(name).getByRole('button', { name: 'Close' }).click()
      continue
    }
    await choice(name).getByRole('combobox', { name: 'Sheet' }).click()
    await page.getByRole('option', { name: 'Answers' }).click()
    await choice(name).getByRole('button', { name: 'Import', exact: true }).click()
  }
  await expect(page.getByRole('heading', { name: 'Datasets', level: 1 })).toBeVisible()
  for (const name of ['north', 'plain', 'south'])
    await expect(page.getByRole('main').getByText(name, { exact: true })).toBeVisible()
  await expect(page.getByText('left out', { exact: true })).toHaveCount(0)
  await page.getByRole('main').getByText('south', { exact: true }).click()
  await expect(page.getByText('sheet “Answers”')).toBeVisible()
})

test('takes pasted cells, and leaves out of "Fix all" what only the analyst can decide', async () => {
  const { page } = running
  await page.getByRole('button', { name: 'Datasets' }).first().click()
  await page.getByRole('button', { name: 'More ways to add data' }).click()
  await page.getByRole('menuitem', { name: 'Paste from a spreadsheet …' }).click()
  const cells =
    'ticket\tquestion\tanswer\n1\tHow?\t<p>Like this</p>\n2\tWho?\tWrite to jane@example.com\n' +
    '3\tCaf\u00c3\u00a9?\tYes \n4\tHow?\t<p>Like this</p>\n'
  await page.getByRole('textbox', { name: 'Copied cells' }).fill(cells)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Private data' })).toBeVisible()
  await takePicture(page, 'intake-findings')
  await page.getByRole('button', { name: 'Fix all' }).click()
  await expect(page.getByRole('region', { name: '1 e-mail address' })).toBeVisible()
  await expect(page.getByRole('region', { name: /garbled/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Replace with [email]' }).click()
  await expect(page.getByText('Replaced 1 e-mail address')).toBeVisible()
  const repeated = page.getByRole('region', { name: /^1 row with the question and answer/ })
  await repeated.getByRole('button', { name: 'Show the change' }).click()
  await expect(repeated.getByRole('cell', { name: /How.*Like this/ })).toBeVisible()
  await repeated.getByRole('button', { name: 'Remove these rows, keep the first' }).click()
  await expect(page.getByText('Nothing to fix')).toBeVisible()
})

test('imports an object of Amazon S3, which this computer’s engine answers', async () => {
  const { page, dataDirectory } = running
  await expect(page.getByText('Ready')).toBeVisible()
  const clients = clientsFor(
    connectionSchema.parse(
      JSON.parse(await readFile(path.join(dataDirectory, 'engine', 'connection.json'), 'utf8')),
    ),
  )
  const rows = Array.from({ length: 12 }, (_, index) => `How is ${index}?,Well: ${index}`)
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'incoming' }))
  await clients.s3.send(
    new PutObjectCommand({
      Bucket: 'incoming',
      Key: 'desk/2026.csv',
      Body: `question,answer\n${rows.join('\n')}\n`,
    }),
  )
  clients.s3.destroy()
  await page.getByRole('button', { name: 'Datasets' }).first().click()
  await page.getByRole('button', { name: 'More ways to add data' }).click()
  await page.getByRole('menuitem', { name: 'From Amazon S3 …' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import from Amazon S3' })
  await dialog.getByRole('button', { name: 'Open incoming' }).click()
  await dialog.getByRole('button', { name: /^Open desk/ }).click()
  await takePicture(page, 'intake-s3')
  await dialog.getByRole('button', { name: /^Import .*2026\.csv/ }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page.getByRole('heading', { name: '2026', level: 1 })).toBeVisible()
  await expect(page.getByText(/desk\/2026\.csv|2026\.csv/).first()).toBeVisible()
})
