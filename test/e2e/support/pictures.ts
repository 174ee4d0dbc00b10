/** Pictures of every screen; with TIMBRE_PICTURES=1 they go into docs/pictures, for the README. */
import path from 'node:path'
import type { Page } from '@playwright/test'

const root = path.resolve(import.meta.dirname, '../../..')

/** Without messages in the corner, which tell of what the test did before. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder =
    process.env['TIMBRE_PICTURES'] === '1'
      ? path.join(root, 'docs', 'pictures')
      : path.join(root, 'test-results', 'pictures')
  await setMessages(page, 'hidden')
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' })
  await setMessages(page, '')
}

async function setMessages(page: Page, visibility: '' | 'hidden'): Promise<void> {
  await page.evaluate((wanted) => {
    for (const element of document.querySelectorAll<HTMLElement>('.mantine-Notifications-root'))
      element.style.visibility = wanted
  }, visibility)
}
