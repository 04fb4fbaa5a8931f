// The import of a table: uploaded, read, and shown; one import at a time, whichever page started it.
import type { ImportedData } from '../../../../main/contract/service.ts'
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfFile } from '../../client/upload.ts'
import { go } from '../../router.svelte.ts'
import { t } from '../../strings/index.ts'

export const importing = createTask(t.data.opening)

let last = $state.raw<ImportedData>()

export const imported = {
  /** What the last import read and skipped. */
  get last(): ImportedData | undefined {
    return last
  },
}

function arrive(data: ImportedData | undefined): void {
  if (!data) return
  last = data
  go('data', [data.dataset])
}

export async function importFile(file: File): Promise<void> {
  arrive(
    await importing.run(async (options, report) => {
      const onProgress = (done: number, total: number): void => {
        report({ stage: t.data.reading(file.name), done, total })
      }
      const path = await grantOfFile(file, { signal: options.signal, onProgress })
      return studio.call('data.import', { path }, options)
    }),
  )
}

export async function importSample(): Promise<void> {
  arrive(await importing.run((options) => studio.call('data.sample', {}, options)))
}
