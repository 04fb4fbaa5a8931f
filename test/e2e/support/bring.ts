// Drops a table and imports it as the studio reads it.
import type { Page } from '@playwright/test'
import { drop } from './drop.ts'

/** The import step's button; its words count the rows where they are known. */
export const importButton = (page: Page) => page.getByRole('button', { name: /^Import( [\d,]+ rows?)?$/ })

export async function bring(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await drop(page, name, bytes)
  await importButton(page).click()
}
