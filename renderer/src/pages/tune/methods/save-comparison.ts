// Saves a comparison of methods as a file: its table as CSV, or a report with the table and every run.
import { fileName } from '../../../../../main/contract/names.ts'
import type { MethodComparison } from '../../../../../main/contract/service.ts'
import { comparisonCsv } from '../../../../../main/contract/words/comparison.ts'
import { studio } from '../../../client/studio.ts'
import { t } from '../../../strings/index.ts'
import { saveText } from '../../../ui/save.ts'
import { toasts } from '../../../ui/toasts.svelte.ts'

export function saveTable(comparison: MethodComparison): void {
  const name = fileName(comparison.sweep.name, '.csv')
  saveText(name, comparisonCsv(comparison), 'text/csv')
  toasts.say(t.methods.saved(name))
}

export async function saveComparison({ sweep }: MethodComparison): Promise<void> {
  try {
    const { html } = await studio.call('comparisons.report', { sweep: sweep.name })
    const name = fileName(sweep.name, '.html')
    saveText(name, html, 'text/html')
    toasts.say(t.methods.saved(name))
  } catch (error) {
    toasts.fail(error)
  }
}
