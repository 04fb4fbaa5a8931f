// Looks at a page as a reader does who cannot see it, and keeps a picture for those who can.
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { root } from './studio.ts'

const pictures = join(root, 'build/gallery')

/** Keeps a picture in both themes, and finds nothing to complain of in either. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator(`html[data-theme=${colorScheme}]`)).toBeAttached()
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`),
    ).toEqual([])
  }
}
