// Saves a report about some runs as a file.
import { fileName } from '../../../../main/contract/names.ts'
import { studio } from '../../client/studio.ts'
import { t } from '../../strings/index.ts'
import { saveText } from '../../ui/save.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export async function saveReport(runs: readonly string[]): Promise<void> {
  try {
    const { html } = await studio.call('runs.report', { runs: [...runs] })
    const name = runs.length === 1 ? fileName(runs[0] ?? '', '.html') : 'runs.html'
    saveText(name, html, 'text/html')
    toasts.say(t.compare.reported(name))
  } catch (error) {
    toasts.fail(error)
  }
}
