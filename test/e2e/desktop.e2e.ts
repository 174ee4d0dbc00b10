/** Closing, quitting and starting again while something is under way. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import {
  clickInTray,
  clickNotification,
  closeWindow,
  isWindowVisible,
  notificationTitles,
  openAgain,
  questionsAsked,
  trayLabels,
  watchNotifications,
  watchTray,
} from './support/desktop.ts'
import {
  answerQuestions,
  dropFile,
  launchApp,
  makeDataDirectory,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'

test.describe.configure({ mode: 'serial' })

const modelName = 'Help desk voice'

let dataDirectory: string
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  dataDirectory = await makeDataDirectory()
  running = await launchApp(dataDirectory)
  page = running.page
})
test.afterAll(() => running.app.close())

async function hasEnded({ app }: LaunchedApp): Promise<void> {
  const child = app.process()
  if (child.exitCode === null) await once(child, 'exit')
}

test('a closed window asks first while a file is being read, and staying keeps both', async () => {
  const file = await writeLongJson()
  await answerQuestions(running, 0)
  await dropFile(page, file)
  await expect(page.getByText(/long\.jsonl: \d+ %/)).toBeVisible()
  await closeWindow(running)
  await expect.poll(() => questionsAsked(running)).toHaveLength(1)
  const [question] = await questionsAsked(running)
  expect(question).toMatchObject({
    message: 'Quit while a file is being read?',
    detail: 'What has been read of “long.jsonl” is not kept; it has to be added again.',
    buttons: ['Stay', 'Quit'],
  })
  expect(await isWindowVisible(running)).toBe(true)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText(/long\.jsonl: \d+ %/)).toBeHidden()
})

test('says beside the engine that a model is being trained', async () => {
  await dropFile(page, await writeSmallCsv(dataDirectory))
  await page.getByRole('button', { name: 'Fix all' }).click()
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill(modelName)
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Timbre Pico (English)' }).press('Space')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('textbox', { name: 'Epochs' }).fill('500')
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await page.getByRole('button', { name: 'Start fine-tuning' }).click()
  await expect(page.getByText('Ready. 1 model is being trained.')).toBeVisible()
  await expect(page.getByText(/Step \d+ of/)).toBeVisible({ timeout: 60_000 })
})

test('a hidden window comes back by the notification, by the tray and by a second start', async () => {
  await watchNotifications(running)
  await watchTray(running)
  const title = 'Timbre goes on training'
  const waysBack = [
    () => clickNotification(running, title),
    () => clickInTray(running, 'Show Timbre'),
    () => openAgain(running),
  ]
  for (const comeBack of waysBack) {
    await closeWindow(running)
    await expect.poll(() => isWindowVisible(running)).toBe(false)
    expect(await trayLabels(running)).toEqual([
      'Training “Help desk voice”',
      'Show Timbre',
      'Quit Timbre',
    ])
    await comeBack()
    await expect.poll(() => isWindowVisible(running)).toBe(true)
  }
  expect(await notificationTitles(running)).toEqual([title, title, title])
})

test('without notifications the tray alone says where the window went', async () => {
  await page.evaluate(() => window.timbre.invoke('settings.update', { notifications: false }))
  await watchNotifications(running)
  await closeWindow(running)
  await expect.poll(() => isWindowVisible(running)).toBe(false)
  expect(await notificationTitles(running)).toEqual([])
  await page.evaluate(() => window.timbre.invoke('settings.update', { notifications: true }))
})

test('quitting says that the training pauses; who stays keeps it, who quits finds it going on', async () => {
  await answerQuestions(running, 0)
  await clickInTray(running, 'Quit Timbre')
  await expect.poll(() => questionsAsked(running)).toHaveLength(1)
  const [question] = await questionsAsked(running)
  expect(question).toMatchObject({
    message: 'Quit while a model is being trained?',
    detail:
      'The training of “Help desk voice” pauses, and goes on where it was when you start Timbre again.\nIf you only close the window, it goes on in the background.',
  })
  expect(await isWindowVisible(running)).toBe(false)
  await answerQuestions(running, 1)
  await Promise.all([hasEnded(running), clickInTray(running, 'Quit Timbre')])

  running = await launchApp(dataDirectory, 'zh-CN')
  page = running.page
  await expect(page.getByText('就绪。正在训练 1 个模型。')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: '模型', exact: true }).click()
  await page.getByRole('button', { name: new RegExp(`^${modelName}`) }).click()
  const step = page.getByText(/第 \d+ 步/).first()
  await expect(step).toBeVisible({ timeout: 60_000 })
})

test('the tray speaks Chinese, and a system that shuts down is not held up by a question', async () => {
  await watchTray(running)
  await answerQuestions(running, 0)
  await closeWindow(running)
  await expect.poll(() => isWindowVisible(running)).toBe(false)
  expect(await trayLabels(running)).toEqual([
    '正在训练“Help desk voice”',
    '显示 Timbre',
    '退出 Timbre',
  ])
  const ended = hasEnded(running)
  running.app.process().kill('SIGTERM')
  await ended
  running = await launchApp(dataDirectory)
})

/** Reading it takes some seconds. */
async function writeLongJson(): Promise<string> {
  const file = path.join(dataDirectory, 'long.jsonl')
  const stream = createWriteStream(file)
  const row =
    '{"question":"How do I return what I bought last week?","answer":"Send it back. Juno"}\n'
  for (let block = 0; block < 20; block += 1)
    if (!stream.write(row.repeat(20_000))) await once(stream, 'drain')
  stream.end()
  await once(stream, 'close')
  return file
}
