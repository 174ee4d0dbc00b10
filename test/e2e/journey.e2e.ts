import Database from 'better-sqlite3'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { expectAccessible } from './support/accessibility.ts'
import {
  answerDialog,
  answerSaveDialog,
  dropFile,
  launchApp,
  makeDataDirectory,
  setOnBattery,
  writeSmallCsv,
  type LaunchedApp,
} from './support/launch.ts'
import {
  clickNotification,
  closeWindow,
  isWindowVisible,
  notificationTitles,
  openAgain,
  watchNotifications,
} from './support/desktop.ts'
import { takePicture } from './support/pictures.ts'

test.describe.configure({ mode: 'serial' })

let dataDirectory: string
let running: LaunchedApp
let page: Page

test.beforeAll(async () => {
  dataDirectory = await makeDataDirectory()
  running = await launchApp(dataDirectory)
  page = running.page
})
test.afterAll(() => running.app.close())

test('starts empty, on this computer, and says how to begin', async () => {
  await expect(page).toHaveTitle('Timbre')
  await expect(page.getByRole('heading', { name: 'Datasets', level: 1 })).toBeVisible()
  await expect(page.getByText('Ready')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'empty')
})

test('lets the base models be asked before anything is trained', async () => {
  const navigation = page.getByRole('navigation')
  await navigation.getByRole('button', { name: 'Playground' }).click()
  await expect(page.getByRole('combobox', { name: 'Column 1' })).toHaveValue(/^Timbre /)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Answer a file' }).click()
  await expect(page.getByRole('heading', { name: 'No dataset yet' })).toBeVisible()
  await navigation.getByRole('button', { name: 'Models' }).click()
  await page.getByRole('button', { name: 'New model' }).click()
  await page.getByRole('textbox', { name: 'Model name' }).fill('Voice')
  await page.keyboard.press('Enter')
  await expectAccessible(page)
  await takePicture(page, 'wizard-no-dataset')
  await page.getByRole('button', { name: 'Add a dataset' }).click()
  await expect(page.getByText('Drop a CSV file here')).toBeVisible()
})

test('finds what is wrong with a dropped file and fixes it in a copy', async () => {
  await dropFile(page, await writeSmallCsv(dataDirectory))
  await expect(page.getByRole('heading', { name: 'small', level: 1 })).toBeVisible()
  await expect(page.getByRole('region', { name: /mark at the start/i })).toBeVisible()
  await expect(page.getByRole('region', { name: /repeated row/ })).toContainText('Line 11')
  await page.getByRole('button', { name: 'Show the change' }).first().click()
  await expectAccessible(page)
  await takePicture(page, 'findings')
  await page.getByRole('button', { name: 'Remove the mark' }).click()
  await expect(page.getByRole('region', { name: /mark at the start/i })).toBeHidden()
  await page.getByRole('button', { name: 'Undo last fix' }).click()
  await expect(page.getByRole('region', { name: /mark at the start/i })).toBeVisible()
  await page.getByRole('button', { name: 'Fix all' }).click()
  await expect(page.getByText('Nothing to fix')).toBeVisible()
})

test('walks the wizard by keyboard and starts a fine-tuning of both models', async () => {
  await page.getByRole('button', { name: 'Fine-tune a model with this' }).press('Enter')
  await page.getByRole('textbox', { name: 'Model name' }).fill('Help desk voice')
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('combobox', { name: 'Question column' })).toHaveValue('question')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Next', exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Next', exact: true }).press('Enter')
  await expect(page.getByText('Choose at least one base model.')).toBeVisible()
  for (const name of ['Timbre Pico (English)', 'Timbre Nano (English, Chinese)']) {
    await page.getByRole('checkbox', { name }).press('Space')
  }
  await expectAccessible(page)
  await takePicture(page, 'wizard-base-models')
  await page.getByRole('button', { name: 'Next', exact: true }).press('Enter')
  await page.getByRole('textbox', { name: 'Epochs' }).fill('12')
  await page.getByRole('textbox', { name: 'Question 1' }).fill('How do I return item 7?')
  const shown = page.getByRole('region', { name: 'What the model is shown' })
  const text = shown.getByRole('textbox', { name: /^Text around the question/ })
  await text.fill('No place for the question')
  await expect(shown.getByText('must contain {prompt} once')).toBeVisible()
  await shown.getByRole('button', { name: 'Use the base model’s own text' }).click()
  await expect(shown.getByRole('group', { name: 'One row, token by token' })).toContainText(
    /How do I return item \d+\?/,
    { timeout: 60_000 },
  )
  await expectAccessible(page)
  await takePicture(page, 'wizard-settings')
  await page.getByRole('button', { name: 'Next', exact: true }).press('Enter')
  await expect(page.getByRole('cell', { name: '12', exact: true })).toBeVisible()
  await expect(page.getByText('Measured on this computer just now')).toBeVisible({
    timeout: 60_000,
  })
  await expect(page.getByRole('cell', { name: /^\d+.* (sec|min)$/ })).toHaveCount(2)
  await expectAccessible(page)
  await takePicture(page, 'wizard-review')
  await setOnBattery(running, true)
  await page.getByRole('button', { name: 'Start fine-tuning' }).press('Enter')
  await expect(page.getByRole('dialog', { name: 'The computer runs on battery' })).toBeVisible()
  await page.getByRole('button', { name: 'Start anyway' }).press('Enter')
  await setOnBattery(running, false)
  await expect(page.getByRole('heading', { name: 'Help desk voice', level: 1 })).toBeVisible()
})

test('stops a training, and goes on with it later', async () => {
  await expect(page.getByText(/Step ([2-9]|\d\d+) of/).first()).toBeVisible({ timeout: 60_000 })
  // Let the first one train; the other waits its turn.
  await expect(page.getByRole('button', { name: /^Train .* next$/ })).toHaveCount(1)
  const name = /^Stop Timbre/
  await page.getByRole('button', { name }).first().click()
  await page.getByRole('button', { name: 'Stop training' }).click()
  const goOn = page.getByRole('button', { name: /^Continue training/ })
  await expect(goOn).toBeVisible({ timeout: 60_000 })
  await expectAccessible(page)
  await goOn.click()
  await expect(goOn).toBeHidden()
})

test('goes on training when the window is closed, and says so', async () => {
  await watchNotifications(running)
  await closeWindow(running)
  await expect.poll(() => isWindowVisible(running)).toBe(false)
  expect(await notificationTitles(running)).toEqual(['Timbre goes on training'])
  await openAgain(running)
  await expect.poll(() => isWindowVisible(running)).toBe(true)
  await expect(page.getByRole('heading', { name: 'Help desk voice', level: 1 })).toBeVisible()
})

test('is killed in the middle of training, and the same jobs go on to their end', async () => {
  // Both trainings have to end, on a machine that may be busy with others.
  test.setTimeout(480_000)
  await expect(page.getByText(/Step ([5-9]|\d\d+) of/).first()).toBeVisible({ timeout: 60_000 })
  await running.kill()
  running = await launchApp(dataDirectory)
  page = running.page
  await watchNotifications(running)
  await page.getByRole('button', { name: 'Models', exact: true }).click()
  await page.getByRole('button', { name: /^Help desk voice/ }).click()
  await takePicture(page, 'training')
  await expect(page.getByText('Completed')).toHaveCount(2, { timeout: 420_000 })
  expectWholeSeries(dataDirectory)
})

test('a notification says that a training has ended, and a click on it opens the model', async () => {
  const title = '“Help desk voice” is trained'
  await expect.poll(() => notificationTitles(running)).toContain(title)
  await page.getByRole('button', { name: 'Settings' }).click()
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  await clickNotification(running, title)
  await expect(page.getByRole('heading', { name: 'Help desk voice', level: 1 })).toBeVisible()
})

test('ranks the candidates and keeps the analyst’s choice', async () => {
  const leaderboard = page.getByRole('table', { name: 'Leaderboard' })
  await expect(leaderboard.getByText('Suggested')).toHaveCount(1)
  await leaderboard.getByRole('button', { name: /^Choose / }).click()
  await expect(leaderboard.getByText('Your choice')).toBeVisible()
  await page.getByRole('img', { name: 'Curve of Loss' }).scrollIntoViewIfNeeded()
  await takePicture(page, 'leaderboard')
  await page.getByRole('button', { name: 'Show as a table' }).first().click()
  await expectAccessible(page)
})

test('shows how the answers changed while it learned', async () => {
  const panel = page.getByRole('region', { name: 'Watch it learn' })
  await panel.scrollIntoViewIfNeeded()
  await expect(panel.getByText('How do I return item 7?')).toBeVisible()
  const slider = panel.getByRole('slider', { name: 'Training step' })
  await slider.press('Home')
  await expect(panel.getByText('Base model')).toHaveCount(2)
  await slider.press('ArrowRight')
  await expect(panel.getByText('Step 10', { exact: true }).first()).toBeVisible()
  await slider.press('End')
  await expect(panel.getByText('Happy to help!').first()).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'watch-it-learn')
})

test('reads the curves, changes how they are drawn, and opens a version with the setting to try', async () => {
  const readings = page.getByRole('region', { name: 'What the curves say' })
  await readings.scrollIntoViewIfNeeded()
  await expect(
    readings.getByText(/improving|Plateaued|Overfitting|Too early/).first(),
  ).toBeVisible()
  await page.getByRole('radiogroup', { name: 'Smoothing' }).getByText('Smoother').click()
  await page.getByRole('radiogroup', { name: 'Horizontal axis' }).getByText('Epoch').click()
  await page.getByRole('switch', { name: 'Log scale' }).press('Space')
  const chart = page.getByRole('img', { name: 'Curve of Loss' })
  const box = await chart.boundingBox()
  if (!box) throw new Error('The chart has no place.')
  await page.mouse.move(box.x + 120, box.y + 80)
  await page.mouse.down()
  await page.mouse.move(box.x + 260, box.y + 120, { steps: 8 })
  await page.mouse.up()
  await page.getByRole('button', { name: 'Reset zoom' }).click()
  await expect(page.getByRole('button', { name: 'Reset zoom' })).toBeHidden()
  await answerSaveDialog(running, path.join(dataDirectory, 'loss.png'))
  await page.getByRole('button', { name: 'Save the chart of Loss' }).click()
  await page.getByRole('menuitem', { name: 'Picture (PNG)' }).click()
  await expect(page.getByText('loss.png')).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'curves')
  const action = readings.getByRole('button').first()
  await action.click()
  await expect(page.getByText(/From the curves of Timbre/)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Help desk voice', exact: true }).click()
})

test('evaluates a candidate against its base model, with a verdict and its certainty', async () => {
  await page.getByRole('button', { name: 'Evaluate Timbre Pico (English)' }).click()
  await page.getByRole('button', { name: 'Generate evaluation report' }).click()
  await expect(page.getByRole('button', { name: 'Generate again' })).toBeVisible({
    timeout: 120_000,
  })
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict).toContainText(
    /Better than its base model on \d of \d rows: (very )?likely real/,
  )
  await expect(page.getByRole('table', { name: 'Scores' })).toContainText('ROUGE-L')
  await expect(page.getByRole('table', { name: 'Word-list screen' })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Brand voice' })).toContainText('Voice match')
  await expect(page.getByRole('table', { name: 'Other spellings' })).toContainText('Typing errors')
  await expect(page.getByRole('article').first()).toContainText('Happy to help!')
  await expectAccessible(page)
  await takePicture(page, 'evaluation')
  await page.getByRole('button', { name: 'Help desk voice' }).click()
})

test('exports a candidate, and takes the export as a base model of its own', async () => {
  const folder = path.join(dataDirectory, 'exports')
  await mkdir(folder)
  await answerDialog(running, folder)
  await page.getByRole('button', { name: 'Export Timbre Pico (English)' }).click()
  await page.getByRole('menuitem', { name: /GGUF, 8-bit/ }).click()
  await expect(page.getByText(/Loaded again and asked: \d+ of \d+ answers/)).toBeVisible({
    timeout: 60_000,
  })
  const [made = ''] = await readdir(folder)
  const [file = ''] = (await readdir(path.join(folder, made))).filter((name) => /gguf$/.test(name))

  await page.getByRole('button', { name: 'New version' }).click()
  await page.getByRole('button', { name: 'Next', exact: true }).click()
  await answerDialog(running, path.join(folder, made, 'README.md'))
  await page.getByRole('button', { name: 'Add a base model' }).click()
  await page.getByRole('menuitem', { name: /GGUF/ }).click()
  await expect(page.getByText('“README.md” is no model.', { exact: false })).toBeVisible()
  await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()
  await answerDialog(running, path.join(folder, made, file))
  await page.getByRole('button', { name: 'Add a base model' }).click()
  await page.getByRole('menuitem', { name: /GGUF/ }).click()
  const added = page.getByRole('checkbox', { name: file.replace('.gguf', '') })
  await expect(added).toBeChecked({ timeout: 60_000 })
  await expectAccessible(page)
  await takePicture(page, 'add-base-model')
  await page.getByRole('button', { name: `Model card of ${file.replace('.gguf', '')}` }).click()
  await page.getByRole('button', { name: 'Remove this base model' }).click()
  await expect(added).toBeHidden()
  await page.getByRole('button', { name: 'Help desk voice', exact: true }).click()
})

test('answers side by side, token by token', async () => {
  await page.getByRole('button', { name: 'Test Timbre Pico (English)' }).click()
  await page.getByRole('textbox', { name: 'Your question' }).fill('How do I return item 7?')
  await page.getByRole('button', { name: 'Send' }).click()
  const turn = page.getByRole('region', { name: 'How do I return item 7?' })
  const tuned = turn.getByRole('region', { name: 'Help desk voice V1 · Timbre Pico (English)' })
  await expect(tuned).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
  await expect(tuned).toContainText('Happy to help!')
  const base = turn.getByRole('region', { name: 'Timbre Pico (English)', exact: true })
  await expect(base).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
  await expectAccessible(page)
})

test('keeps everything readable with the engine switched off', async () => {
  await page.getByRole('switch', { name: 'Engine' }).press('Space')
  await expect(page.getByText('Off. History stays readable.')).toBeVisible()
  await page.getByRole('button', { name: 'Models', exact: true }).click()
  await page.getByRole('button', { name: /^Help desk voice/ }).click()
  await expect(page.getByRole('img', { name: 'Curve of Loss' })).toBeVisible()
  await expect(page.getByText('Your choice')).toBeVisible()
  await page.getByRole('button', { name: 'Training log of Timbre Pico (English)' }).click()
  await expect(page.getByText('train_loss=').first()).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('switch', { name: 'Engine' }).press('Space')
  await expect(page.getByText('Ready')).toBeVisible()
})

test('speaks Chinese and goes dark', async () => {
  await page.getByRole('button', { name: 'Settings' }).click()
  await expectAccessible(page)
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await expect(page.getByRole('heading', { name: '设置', level: 1 })).toBeVisible()
  await page.getByText('深色').click()
  await expectAccessible(page)
  await page.getByRole('button', { name: '模型' }).click()
  await page.getByRole('button', { name: /^Help desk voice/ }).click()
  await expect(page.getByRole('heading', { name: '排行榜' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'leaderboard-zh-dark')
})

/** Every step once, from the first to the last. */
function expectWholeSeries(directory: string): void {
  const db = new Database(path.join(directory, 'timbre.db'), { readonly: true })
  try {
    const series = db
      .prepare<[], { candidate_id: string; count: number; first: number; last: number }>(
        `SELECT candidate_id, count(*) AS count, min(step) AS first, max(step) AS last
         FROM metric_points WHERE metric = 'train_loss' GROUP BY candidate_id`,
      )
      .all()
    expect(series).toHaveLength(2)
    for (const { count, first, last } of series) {
      expect(first).toBe(1)
      expect(count).toBe(last)
    }
  } finally {
    db.close()
  }
}
