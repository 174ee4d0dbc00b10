import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import { dropFile, launchApp, makeDataDirectory, type LaunchedApp } from './support/launch.ts'

let running: LaunchedApp
test.beforeAll(async () => {
  running = await launchApp(await makeDataDirectory())
})
test.afterAll(() => running.app.close())

const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])

const files: [name: string, content: string | Buffer, words: string][] = [
  ['empty.csv', '', 'is empty (0 bytes)'],
  ['picture.csv', pngStart, 'is not a text file'],
  ['header.csv', 'question,answer\n', 'a header but no rows'],
  ['one-column.csv', 'question\nWhy?\nHow?\n', 'one column only'],
  ['long-cell.csv', `question,answer\nWhy?,${'x'.repeat(1_200_000)}\n`, 'longer than 1 MB'],
]

for (const [name, content, words] of files) {
  test(`says what is wrong with ${name} and what to do, and keeps nothing of it`, async () => {
    const file = path.join(running.dataDirectory, name)
    await writeFile(file, content)
    await dropFile(running.page, file)
    const message = running.page.getByRole('alert').filter({ hasText: words })
    await expect(message).toBeVisible()
    await message.getByRole('button', { name: 'Close' }).click()
    await expect(running.page.getByText('Drop a CSV file here')).toBeVisible()
  })
}

test('takes a UTF-16 file, and says that it was converted', async () => {
  const file = path.join(running.dataDirectory, 'utf-16.csv')
  const rows = Array.from({ length: 12 }, (_, index) => `Question ${index}?,Answer ${index}`)
  await writeFile(file, Buffer.from(`\ufeffquestion,answer\n${rows.join('\n')}\n`, 'utf16le'))
  await dropFile(running.page, file)
  await expect(running.page.getByText('read as delimited text in UTF-16LE')).toBeVisible()
  await expect(running.page.getByText('Nothing to fix')).toBeVisible()
})
