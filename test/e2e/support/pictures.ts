/** Pictures of every screen; with TIMBRE_PICTURES=1 they go into docs/pictures, for the README. */
import path from 'node:path'
import type { Page } from '@playwright/test'

const root = path.resolve(import.meta.dirname, '../../..')

export async function takePicture(page: Page, name: string): Promise<void> {
  const folder =
    process.env['TIMBRE_PICTURES'] === '1'
      ? path.join(root, 'docs', 'pictures')
      : path.join(root, 'test-results', 'pictures')
  await page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' })
}
