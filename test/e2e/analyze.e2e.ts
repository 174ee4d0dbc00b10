/** What is made of trainings and evaluations that are there already; the journey makes real ones. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import { writeAnalyzedModel } from './support/analyzedModel.ts'
import {
  answerDialog,
  answerSaveDialog,
  launchApp,
  makeDataDirectory,
  type LaunchedApp,
} from './support/launch.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

let dataDirectory: string
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  dataDirectory = await makeDataDirectory()
  await writeAnalyzedModel(dataDirectory)
  running = await launchApp(dataDirectory)
  page = running.page
  await page.getByRole('button', { name: 'Models' }).click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('tab', { name: 'V1' }).click()
})
test.afterAll(() => running.app.close())

test('the leaderboard sorts, shows other columns, and explains them', async () => {
  const board = page.getByRole('table', { name: 'Leaderboard' })
  const firstModel = board.getByRole('row').nth(1)
  await expect(firstModel).toContainText('Timbre Pico')
  await expect(page.getByText(/is suggested: its bits per byte/)).toBeVisible()
  const effort = page.getByRole('radiogroup', { name: 'What is shown' })
  await effort.getByText('Cost and speed').click()
  await expect(board.getByRole('columnheader', { name: /Time per answer/ })).toBeVisible()
  await expect(board).toContainText('0.42 s')
  const time = board.getByRole('button', { name: 'Training time' })
  await time.click()
  await time.click()
  await expect(firstModel).toContainText('Timbre Nano')
  await effort.getByText('Its answers').click()
  await expect(board.getByRole('columnheader', { name: /Voice match/ })).toBeVisible()
  await board.getByText('?').first().hover()
  await expect(page.getByRole('tooltip')).toContainText('Needs an evaluation report')
  await expectAccessible(page)
})

test('two candidates are compared with their differing settings first, across versions', async () => {
  await page.getByRole('radiogroup', { name: 'Which candidates' }).getByText('All versions').click()
  const board = page.getByRole('table', { name: 'Leaderboard' })
  await expect(board.getByRole('row')).toHaveCount(4)
  await board.getByRole('checkbox', { name: 'Compare V2 · Timbre Pico (English)' }).check()
  await board.getByRole('checkbox', { name: 'Compare V1 · Timbre Nano' }).check()
  await page.getByRole('button', { name: 'Compare two' }).click()
  const differences = page.getByRole('table', { name: 'Settings that differ' })
  await expect(differences).toContainText('Epochs')
  await expect(differences.getByRole('row', { name: /Epochs 12 8/ })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'compare')
  await page.keyboard.press('Escape')
  await page.getByRole('radiogroup', { name: 'Which candidates' }).getByText('This version').click()
})

test('curves stand side by side, by tokens, and are saved as a drawing', async () => {
  await page
    .getByRole('radiogroup', { name: 'Several candidates' })
    .getByText('Side by side')
    .click()
  const chart = page.getByRole('img', { name: 'Curve of Loss Timbre Nano' })
  await expect(chart).toBeVisible()
  // The legend is in the page's own type, and its marks are dashed where the lines are.
  await expect(chart.locator('.u-legend')).toHaveCSS('font-family', /^"Inter Variable"/)
  await expect(chart.locator('.u-series', { hasText: 'training' }).locator('.u-marker')).toHaveCSS(
    'border-top-style',
    'dashed',
  )
  await expect(
    chart.locator('.u-series', { hasText: 'validation' }).locator('.u-marker'),
  ).toHaveCSS('border-top-style', 'solid')
  await page.getByRole('radiogroup', { name: 'Horizontal axis' }).getByText('Tokens').click()
  await page.getByRole('img', { name: 'Curve of Loss Timbre Pico' }).scrollIntoViewIfNeeded()
  await takePicture(page, 'curves-side-by-side')
  const file = path.join(dataDirectory, 'loss.svg')
  await answerSaveDialog(running, file)
  await page.getByRole('button', { name: 'Save the chart of Loss' }).first().click()
  await page.getByRole('menuitem', { name: 'Drawing (SVG)' }).click()
  await expect(page.getByText('loss.svg')).toBeVisible()
  expect(await readFile(file, 'utf8')).toMatch(/^<svg .*<polyline/s)
  await expectAccessible(page)
  await page
    .getByRole('radiogroup', { name: 'Several candidates' })
    .getByText('In one chart')
    .click()
})

test('a report says in words what was found, part by part', async () => {
  await page.getByRole('button', { name: 'Evaluate Timbre Pico (English)' }).click()
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText(
    /Better than its base model on 3\d of 40 rows: very likely real/,
  )
  await expect(verdict).toContainText('Worth using')
  await expect(verdict).toContainText(/sounds more like your data/)
  await expectAccessible(page)
  await takePicture(page, 'evaluation-parts')
  const voice = page.getByRole('region', { name: 'Brand voice' })
  await expect(voice.getByRole('table', { name: 'Your usual greetings' })).toContainText(
    'happy to help',
  )
  await voice.scrollIntoViewIfNeeded()
  await takePicture(page, 'evaluation-voice')
  await page.getByRole('tab', { name: 'Right answers' }).click()
  await expect(page.getByText('Distribution of F1 over words')).toBeVisible()
  await page.getByRole('tab', { name: 'Same content in the same words' }).click()
  await expect(page.getByRole('table', { name: 'Other spellings' })).toContainText(
    'Random capitals',
  )
  await expect(page.getByRole('table', { name: 'Stereotypes' })).toContainText('gender')
})

test('answers are compared blind, with the keyboard', async () => {
  await page.getByRole('button', { name: 'Compare blind' }).click()
  const dialog = page.getByRole('dialog', { name: 'Which answer would you rather send?' })
  await expect(dialog.getByRole('region', { name: 'Left' })).not.toContainText('model')
  await expectAccessible(page)
  await takePicture(page, 'blind-rating')
  for (const [done, key] of ['ArrowLeft', 'ArrowRight', 'ArrowDown'].entries()) {
    await page.keyboard.press(key)
    await expect(dialog.getByText(`${done + 1} of 40`)).toBeVisible()
  }
  await page.keyboard.press('Escape')
  await expect(page.getByText(/in \d of 2 comparisons.*1 were equal/)).toBeVisible()
})

test('the report is saved as a web page, a document and data', async () => {
  for (const [format, word, begins] of [
    ['html', 'Web page (HTML)', '<!doctype html>'],
    ['pdf', 'Document (PDF)', '%PDF-'],
    ['json', 'All numbers and rows (JSON)', '{"id":"evaluation-1"'],
  ] as const) {
    const file = path.join(dataDirectory, `report.${format}`)
    await answerSaveDialog(running, file)
    await page.getByRole('button', { name: 'Save report' }).click()
    await page.getByRole('menuitem', { name: word }).click()
    await expect(page.getByText(`report.${format}`)).toBeVisible()
    expect((await readFile(file, 'latin1')).slice(0, begins.length)).toBe(begins)
  }
})

test('a published set that is not here is offered, and nothing begins without it', async () => {
  await page.getByText('A published set').click()
  await expect(page.getByText('Not on this computer yet.')).toBeVisible()
  const again = page.getByRole('button', { name: /^Generate again/ })
  await expect(again).toBeDisabled()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await page.getByText('The validation share of this version').click()
  await takePicture(page, 'evaluation-setup')
})

test('a new version leads back to the model that it is of', async () => {
  const back = () => page.getByRole('button', { name: 'Voice', exact: true }).click()
  await back()
  await page.getByRole('button', { name: 'New version' }).click()
  await expect(page.getByRole('heading', { name: 'New version of Voice' })).toBeVisible()
  await back()
  await expect(page.getByRole('heading', { name: 'Voice', level: 1 })).toBeVisible()
})

test('in Chinese, dark and in a small window it reads as well', async () => {
  await running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setSize(880, 600),
  )
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.getByRole('button', { name: '模型' }).click()
  await page.getByRole('button', { name: /^Voice/ }).click()
  await page.getByRole('tab', { name: 'V1' }).click()
  await page.getByRole('button', { name: '评估 Timbre Pico (English)' }).click()
  await expect(page.getByRole('region', { name: '结论' })).toContainText('优于基础模型')
  await expectAccessible(page)
  await takePicture(page, 'evaluation-zh-dark')
})

test('a toxicity classifier that the user has is taken, checked and used from then on', async () => {
  await answerDialog(running, path.resolve(import.meta.dirname, '../fixtures/classifier'))
  await page.getByRole('button', { name: '选择分类器文件夹' }).click()
  await expect(page.getByText('Detoxify 分类器已在此计算机上', { exact: false })).toBeVisible({
    timeout: 60_000,
  })
  await page.getByRole('button', { name: '删除分类器' }).click()
  await expect(page.getByRole('button', { name: '下载分类器' })).toBeVisible()
})
