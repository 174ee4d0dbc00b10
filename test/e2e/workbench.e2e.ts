import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import { seededRandom } from '../../shared/split.ts'
import { expectAccessible } from './support/accessibility.ts'
import {
  answerSaveDialog,
  dropFile,
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
  running = await launchApp(dataDirectory)
  page = running.page
})
test.afterAll(() => running.app.close())

const grid = () => page.getByRole('grid', { name: 'Rows of the dataset' })
const cell = (row: number, column: number) =>
  grid().getByRole('row').nth(row).getByRole('gridcell').nth(column)
const tab = (name: string) => page.getByRole('tab', { name }).click()

test('opens a sample as a table that draws only what can be seen', async () => {
  await page.getByRole('button', { name: 'English sample' }).click()
  await tab('Rows')
  await expect(cell(1, 0)).not.toBeEmpty()
  await expect(page.getByText(/^\d+ rows/)).toBeVisible()
  expect(await grid().getByRole('row').count()).toBeLessThan(40)
  // Below it stands the whole text of the cell where one begins.
  const reader = page.getByRole('region', { name: 'Text of the active cell' })
  await expect(reader).toContainText((await cell(1, 0).textContent()) ?? '?')
  await expectAccessible(page)
  await takePicture(page, 'workbench')
})

test('goes by keys as a spreadsheet does', async () => {
  await cell(1, 0).click()
  await page.keyboard.press('Control+End')
  const last = await grid().getAttribute('aria-rowcount')
  await expect(grid().locator('[role=row]').last()).toHaveAttribute('aria-rowindex', last ?? '')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('PageDown')
  await page.keyboard.press('Home')
  await page.keyboard.press('Control+Home')
  await expect(cell(1, 0)).toHaveClass(/active/)
})

test('finds a text and walks through what it found', async () => {
  await page.keyboard.press('Control+f')
  await page.getByRole('textbox', { name: 'Find', exact: true }).fill('bulb')
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^\d+ rows?$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^1 of \d+ rows$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^2 of \d+ rows$/)
  await expect(page.getByRole('region', { name: 'Text of the active cell' })).toBeVisible()
  await takePicture(page, 'workbench-find')
  await page.keyboard.press('Escape')
})

test('edits a cell, takes it back and does it again', async () => {
  await grid().press('Control+Home')
  const before = (await cell(1, 0).textContent()) ?? ''
  await page.keyboard.press('F2')
  await page.getByRole('textbox', { name: /, row 1$/ }).fill('Is this written by hand?')
  await page.keyboard.press('Enter')
  await expect(cell(1, 0)).toHaveText('Is this written by hand?')
  await grid().press('Control+z')
  await expect(cell(1, 0)).toHaveText(before)
  await grid().press('Control+y')
  await expect(cell(1, 0)).toHaveText('Is this written by hand?')
  // However quickly the editor is left again, it does not open after that.
  await grid().press('F2')
  await page.keyboard.press('Escape')
  await expect(cell(1, 0)).toHaveText('Is this written by hand?')
  await expect(page.getByRole('textbox', { name: /, row 1$/ })).toBeHidden()
})

test('writes a cell that is scrolled out of sight while it is edited', async () => {
  await grid().press('Control+Home')
  const before = (await cell(1, 0).textContent()) ?? ''
  await page.keyboard.press('F2')
  const editor = page.getByRole('textbox', { name: /, row 1$/ })
  await editor.fill('Is this kept while I scroll?')
  await grid().evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect(editor).toBeHidden()
  await grid().press('Control+Home')
  await expect(cell(1, 0)).toHaveText('Is this kept while I scroll?')
  await grid().press('Control+z')
  await expect(cell(1, 0)).toHaveText(before)
})

test('deletes, adds and excludes rows', async () => {
  await cell(2, 0).click()
  await page.keyboard.press('Shift+ArrowDown')
  const second = (await cell(4, 0).textContent()) ?? ''
  await page.keyboard.press('Delete')
  await expect(cell(2, 0)).toHaveText(second)
  await page.getByRole('button', { name: 'Add a row' }).click()
  await expect(grid()).toBeFocused()
  await page.keyboard.type('An added question?')
  await page.keyboard.press('Tab')
  await expect(grid().getByText('An added question?')).toBeVisible()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Control+e')
  await expect(page.getByText(/1 excluded/)).toBeVisible()
})

test('copies, cuts and pastes as a spreadsheet does', async () => {
  const clipboard = () => running.app.evaluate(({ clipboard: board }) => board.readText())
  await grid().press('Control+Home')
  const question = (await cell(1, 0).textContent()) ?? ''
  await page.keyboard.press('Control+c')
  await expect.poll(clipboard).toBe(question)
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+c')
  await expect.poll(clipboard).toMatch(/^.+\t.+\n.+\t.+/)

  await running.app.evaluate(({ clipboard: board }) =>
    board.writeText('Pasted?\t"Two\nlines"\nAnd this?\tYes.\n'),
  )
  await grid().press('Control+Home')
  await page.keyboard.press('Control+v')
  await expect(cell(1, 0)).toHaveText('Pasted?')
  await expect(cell(2, 1)).toHaveText('Yes.')
  await page.keyboard.press('Control+x')
  await expect.poll(clipboard).toBe('Pasted?')
  await expect(cell(1, 0)).toHaveText('')
  await grid().press('Control+z')
  await grid().press('Control+z')
  await expect(cell(1, 0)).toHaveText(question)
})

test('replaces after it has said how often, filters and sorts', async () => {
  await grid().press('Control+h')
  await page.getByRole('textbox', { name: 'Find', exact: true }).fill('lamp')
  await page.getByRole('textbox', { name: 'Replace with' }).fill('luminaire')
  await page.getByRole('button', { name: /^Replace \d+ places$/ }).click()
  await expect(page.getByRole('search').getByRole('status')).toHaveText('Not found')
  await page.getByRole('button', { name: 'Close the search' }).click()

  await page.getByRole('button', { name: 'Filter' }).click()
  await page.getByRole('menuitem', { name: 'Contains', exact: false }).first().click()
  await page.getByRole('textbox', { name: 'Text', exact: true }).fill('luminaire')
  await page.getByRole('button', { name: 'Show these rows' }).click()
  await expect(page.getByText(/^\d+ of \d+ rows/)).toBeVisible()
  await page.getByRole('button', { name: /^question$/ }).click()
  await expect(page.getByRole('columnheader', { name: 'question' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  )
  await expectAccessible(page)
  await takePicture(page, 'workbench-filter')
  await page.getByRole('button', { name: 'Show all rows' }).click()
})

test('profiles the rows, and leads from a figure to its rows', async () => {
  await tab('Profile')
  await expect(page.getByRole('region', { name: 'Quality' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^Median \d+ tokens$/).first()).toBeVisible()
  await expect(page.getByRole('img', { name: 'Map of topics' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'workbench-profile')
  await page
    .getByRole('region', { name: 'Topics' })
    .getByRole('button', { name: 'Show the rows' })
    .click()
  await expect(page.getByText(/rows from a finding/)).toBeVisible()
  await page.getByRole('button', { name: 'Show all rows' }).click()
})

test('shows what a split gives, and how to keep questions from leaking', async () => {
  await tab('Columns and split')
  const split = page.getByRole('region', { name: 'Training and validation' })
  await expect(split.getByText(/rows to train on/)).toBeVisible({ timeout: 30_000 })
  await split.getByRole('combobox', { name: 'How rows are divided' }).click()
  await page.getByRole('option', { name: 'Similar questions stay together' }).click()
  await expect(
    split.getByText('No validation question stands among the training rows.'),
  ).toBeVisible({ timeout: 30_000 })
  await expectAccessible(page)
  await takePicture(page, 'workbench-split')
})

test('saves the edits as a version and writes them as a file', async () => {
  await tab('Rows')
  await page.getByRole('button', { name: /^Save \d+ changes as a version$/ }).click()
  await expect(page.getByRole('button', { name: 'No changes' })).toBeDisabled({
    timeout: 30_000,
  })
  const file = path.join(dataDirectory, 'out.csv')
  await answerSaveDialog(running, file)
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /input and output/ }).click()
  await expect(page.getByText(/^\d+ rows written$/)).toBeVisible()
  const text = await readFile(file, 'utf8')
  expect(text).toMatch(/^input,output\n/)
  expect(text).toContain('luminaire')
  expect(text).not.toContain('Is this written by hand?')
})

test('tells of validation questions that are trained on, and keeps them on one side', async () => {
  const words =
    'lamp bulb shade cable switch socket dimmer parcel refund voucher invoice window glass desk light warranty delivery weekend colour manual'.split(
      ' ',
    )
  const next = seededRandom(7)
  const rows = Array.from({ length: 50 }, (_, row) => {
    const about = Array.from({ length: 6 }, () => words[Math.floor(next() * words.length)])
    // Every third question is asked twice.
    return (row % 3 === 0 ? ['?', '??'] : ['?']).map(
      (end) => `Lamps,What about ${about.join(' and ')}${end},Answer ${row}${end}`,
    )
  }).flat()
  const file = path.join(dataDirectory, 'leaky.csv')
  await writeFile(file, `shop,question,answer\n${rows.join('\n')}\n`)
  await dropFile(page, file)
  await expect(page.getByRole('heading', { name: 'leaky', level: 1 })).toBeVisible()
  const finding = page.getByRole('region', {
    name: /validation questions that are also trained on/,
  })
  await tab('Columns and split')
  const split = page.getByRole('region', { name: 'Training and validation' })
  const kind = split.getByRole('combobox', { name: 'How rows are divided' })
  // All rows are of one shop.
  await kind.click()
  await page.getByRole('option', { name: 'Groups of a column stay together' }).click()
  await split.getByRole('combobox', { name: 'Column that names the group' }).click()
  await page.getByRole('option', { name: 'shop' }).click()
  await expect(split.getByText(/^All rows belong together/)).toBeVisible({ timeout: 30_000 })
  await expectAccessible(page)
  await tab('Findings')
  await expect(
    page.getByRole('alert').filter({ hasText: /^All rows belong together/ }),
  ).toBeVisible()
  await expect(finding).toBeHidden()
  await expect(page.getByText('Nothing to fix')).toBeHidden()

  await tab('Columns and split')
  await kind.click()
  await page.getByRole('option', { name: 'Every topic on both sides' }).click()
  await expect(split.getByText(/are also trained on/)).toBeVisible({ timeout: 30_000 })
  const heldBack = await validationRows()
  const [leaked = 0] = numbersIn((await split.getByText(/are also trained on/).textContent()) ?? '')
  expect(leaked).toBeGreaterThan(1)

  await page.getByRole('navigation').getByRole('button', { name: 'Datasets' }).click()
  await page.getByRole('button', { name: /leaky/ }).click()
  await expect(finding).toBeVisible({ timeout: 30_000 })
  await tab('Columns and split')
  await expect(kind).toHaveValue('Every topic on both sides')

  await tab('Findings')
  await expect(finding).toBeVisible({ timeout: 30_000 })
  await finding.getByRole('button', { name: 'Show the places' }).click()
  await expect(finding.getByRole('columnheader', { name: 'Validation' })).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'workbench-leakage')
  await finding.getByRole('button', { name: 'Keep them on one side' }).click()
  await expect(page.getByText(/^Kept \d+ questions on one side of the split$/)).toBeVisible({
    timeout: 30_000,
  })
  await expect(finding).toBeHidden()
  await tab('Columns and split')
  await expect(
    split.getByText('No validation question stands among the training rows.'),
  ).toBeVisible({ timeout: 30_000 })
  // Those rows alone are left out, and the plan is the same.
  expect(await validationRows()).toBe(heldBack - leaked)
  await expect(kind).toHaveValue('Every topic on both sides')
  await tab('Findings')
  await page.getByRole('button', { name: 'Undo last fix' }).click()
  await expect(finding).toBeVisible({ timeout: 30_000 })
  await tab('Columns and split')
  expect(await validationRows()).toBe(heldBack)

  // Of edited rows none are written before somebody looks at the split again.
  const before = await contentCount()
  await tab('Rows')
  for (const row of [1, 2]) {
    await cell(row, 2).click()
    await page.keyboard.press('F2')
    await page.getByRole('textbox', { name: new RegExp(`, row ${row}$`) }).fill(`Edited ${row}`)
    await page.keyboard.press('Enter')
    await expect(cell(row, 2)).toHaveText(`Edited ${row}`)
  }
  await tab('Findings')
  await expect(finding).toBeVisible({ timeout: 30_000 })
  expect(await contentCount()).toBe(before + 1)

  async function contentCount(): Promise<number> {
    const names = await readdir(path.join(dataDirectory, 'content'))
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).length
  }

  async function validationRows(): Promise<number> {
    const text = await split.getByText(/rows to train on/).textContent({ timeout: 30_000 })
    return numbersIn(text ?? '')[1] ?? 0
  }
})

test('looks for leakage in very many rows beside everything else, and stops when asked to', async () => {
  const products = 'lamp bulb shade cable switch socket dimmer parcel'.split(' ')
  const rows = Array.from({ length: 600_000 }, (_, row) => {
    // Every tenth question is asked twice.
    const asked = row % 10 === 9 ? row - 1 : row
    const product = products[asked % products.length] ?? ''
    return `Where is the ${product} number ${asked * 7919}?,It is on shelf ${row}.`
  })
  const file = path.join(dataDirectory, 'many.csv')
  await writeFile(file, `question,answer\n${rows.join('\n')}\n`)
  await dropFile(page, file)
  await expect(page.getByRole('heading', { name: 'many', level: 1 })).toBeVisible({
    timeout: 60_000,
  })
  await tab('Columns and split')
  const split = page.getByRole('region', { name: 'Training and validation' })
  await split.getByRole('combobox', { name: 'How rows are divided' }).click()
  await page.getByRole('option', { name: 'Every topic on both sides' }).click()
  const looking = page.getByRole('status').filter({ hasText: /^Looking for validation questions/ })
  await expect(looking).toBeVisible()
  await expectAccessible(page)
  await takePicture(page, 'workbench-split-looking')
  await split.getByRole('button', { name: 'Stop' }).click()
  await expect(split.getByText(/^It was not looked at/)).toBeVisible()
  // A window that is shown again does not begin it anew.
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await tab('Findings')
  await page.getByRole('button', { name: 'Look now' }).click()
  await expect(looking).toBeVisible()

  // The table is there meanwhile.
  await tab('Rows')
  await grid().getByText('It is on shelf 0.', { exact: true }).click()
  await page.keyboard.press('Control+End')
  await expect(grid().getByText('It is on shelf 599999.', { exact: true })).toBeInViewport()
  await tab('Findings')
  await expect(
    page.getByRole('region', { name: /validation questions that are also trained on/ }),
  ).toBeVisible({ timeout: 60_000 })
  await expect(looking).toBeHidden()
  await tab('Columns and split')
  await expect(split.getByText('480,000 rows to train on, 120,000 to check with.')).toBeVisible()
  await expect(split.getByText(/^Found in 20,000 of 600,000 rows/)).toBeVisible()
})

test('profiles a file that takes several threads, and says what was looked at', async () => {
  const products = 'lamp bulb shade cable switch socket dimmer parcel'.split(' ')
  const rows = Array.from({ length: 60_000 }, (_, row) => {
    const product = products[row % products.length] ?? ''
    return `Where is order ${row} with the ${product}?,Happy to help: the ${product} ${row * 7919} is on its way and will be with you within five days.`
  })
  const file = path.join(dataDirectory, 'large.csv')
  await writeFile(file, `question,answer\n${rows.join('\n')}\n`)
  await dropFile(page, file)
  await expect(page.getByRole('heading', { name: 'large', level: 1 })).toBeVisible()
  await tab('Profile')
  await expect(page.getByText(/^Found in [12]\d,\d+ of 60,000 rows; the counts/)).toBeVisible({
    timeout: 60_000,
  })
  await takePicture(page, 'workbench-profile-large')
})

test('shows and edits every column of a file with two hundred', async () => {
  const columns = Array.from({ length: 200 }, (_, column) => `field ${column + 1}`)
  const rows = Array.from({ length: 12 }, (_, row) =>
    columns.map((_name, column) => `r${row + 1}c${column + 1}`).join(','),
  )
  const file = path.join(dataDirectory, 'wide.csv')
  await writeFile(file, `${columns.join(',')}\n${rows.join('\n')}\n`)
  await dropFile(page, file)
  await expect(page.getByRole('heading', { name: 'wide', level: 1 })).toBeVisible()
  await tab('Rows')
  await grid().getByText('r1c1', { exact: true }).click()
  await expect(grid()).toHaveAttribute('aria-colcount', '201')
  expect(await grid().getByRole('columnheader').count()).toBeLessThan(20)
  await page.keyboard.press('End')
  const last = grid().getByText('r1c200', { exact: true })
  await expect(last).toBeInViewport({ ratio: 1 })
  await expect(last).toHaveAttribute('aria-colindex', '201')
  await expect(last).toHaveClass(/active/)
  await expect(grid().getByRole('columnheader', { name: 'field 200' })).toBeInViewport({ ratio: 1 })
  await expect(grid().getByText('r1c1', { exact: true })).toHaveCount(0)
  await page.keyboard.type('by hand')
  await page.keyboard.press('Enter')
  await expect(grid().getByText('by hand')).toHaveAttribute('aria-colindex', '201')
  await expectAccessible(page)
  // The bar below the rows hides none of the last one.
  await page.keyboard.press('Control+End')
  await expect(grid().getByText('r12c200', { exact: true })).toBeInViewport({ ratio: 1 })
  await takePicture(page, 'workbench-wide')
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowDown')
  await expect(grid().getByText('r2c1', { exact: true })).toBeInViewport({ ratio: 1 })
  for (let step = 0; step < 60; step += 1) await page.keyboard.press('ArrowRight')
  await expect(grid().getByText('r2c61', { exact: true })).toBeInViewport({ ratio: 1 })
  for (let step = 0; step < 30; step += 1) await page.keyboard.press('ArrowLeft')
  await expect(grid().getByText('r2c31', { exact: true })).toBeInViewport({ ratio: 1 })
})

test('speaks Chinese, goes dark, and fits a small window', async () => {
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByRole('combobox', { name: 'Language' }).click()
  await page.getByRole('option', { name: '简体中文' }).click()
  await page.getByText('深色').click()
  await page.getByRole('navigation').getByRole('button', { name: '数据集' }).click()
  await page.getByRole('button', { name: /leaky/ }).click()
  await expect(page.getByRole('region', { name: /验证问题也出现在训练数据中/ })).toBeVisible()
  await takePicture(page, 'workbench-leakage-zh-dark')
  await page.getByRole('navigation').getByRole('button', { name: '数据集' }).click()
  await page.getByRole('button', { name: /many/ }).click()
  await page.getByRole('tab', { name: '列与划分' }).click()
  await page.getByRole('combobox', { name: '划分方式' }).click()
  await page.getByRole('option', { name: '相似问题放在一起' }).click()
  await expect(page.getByRole('status').filter({ hasText: /^正在查找/ })).toBeVisible()
  await takePicture(page, 'workbench-split-looking-zh-dark')
  await page.getByRole('button', { name: '停止' }).click()
  await expect(page.getByRole('button', { name: '现在检查' })).toBeVisible()
  await takePicture(page, 'workbench-split-stopped-zh-dark')
  await page.getByRole('navigation').getByRole('button', { name: '数据集' }).click()
  await page.getByRole('button', { name: /中文示例/ }).click()
  await page.getByRole('tab', { name: '数据行' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await takePicture(page, 'workbench-zh-dark')
  await page.getByRole('tab', { name: '画像' }).click()
  await expect(page.getByRole('region', { name: '质量' })).toBeVisible({ timeout: 60_000 })
  await expectAccessible(page)
  await takePicture(page, 'workbench-profile-zh-dark')
  await running.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setContentSize(820, 620),
  )
  await page.getByRole('tab', { name: '数据行' }).click()
  await takePicture(page, 'workbench-small')
})

test('says in Chinese which base model has not read Chinese, and begins each step at its top', async () => {
  await page.getByRole('tab', { name: '画像' }).click()
  await page.mouse.move(500, 400)
  await page.mouse.wheel(0, 400)
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(0)
  await page.getByRole('button', { name: '用它微调模型' }).click()
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0)
  await page.getByRole('textbox', { name: '模型名称' }).fill('客服语气')
  const next = page.getByRole('button', { name: '下一步', exact: true })
  await next.click()
  await next.click()
  await expect(page.getByText('小型模型，读过英文和简体中文的客服文本。')).toBeVisible()
  await expect(page.getByText(/这个模型没有读过中文/)).toHaveCount(1)
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0)
  await expectAccessible(page)
  await takePicture(page, 'wizard-base-models-zh-dark')
})

/** Whole numbers as they are shown. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')))
}
