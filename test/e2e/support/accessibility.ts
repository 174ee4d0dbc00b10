import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/**
 * No violation of WCAG 2.2 A and AA that axe can see, once what fades in or out has done so: a menu on its way out has no
 * items any more.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expect(async () => {
    const { violations } = await new AxeBuilder({ page })
      // Electron has one page; axe's own blank page for combining frames can't be opened there.
      .setLegacyMode(true)
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(
      violations.map((violation) => ({
        rule: violation.id,
        places: violation.nodes.map((node) => node.html),
      })),
    ).toEqual([])
    // On a busy machine one look alone takes seconds.
  }).toPass({ timeout: 30_000 })
}
