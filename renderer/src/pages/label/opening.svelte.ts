// The opening of a table that shall be labelled: uploaded, read, and shown; one at a time.
import type { Brought } from '../../client/brought.ts'
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfTable } from '../../client/upload.ts'
import { go } from '../../router.svelte.ts'
import { t } from '../../strings/index.ts'

export const opening = createTask(t.label.opening)

/** `together`: the prompts answer as one. */
export async function openTable(files: Brought, prompts: readonly string[], together: boolean): Promise<void> {
  const opened = await opening.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.label.opening, done, total })
    }
    const path = await grantOfTable(files, { signal: options.signal, onProgress })
    report({ stage: t.label.reading(files[0].name), done: 0, total: 0 })
    const as = together ? { as: 'committee' as const } : {}
    return studio.call('labellings.open', { path, prompts: [...prompts], ...as }, options)
  })
  if (opened) go('label', [opened.id])
}
