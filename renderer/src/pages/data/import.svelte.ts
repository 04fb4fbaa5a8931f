// The import of a table: uploaded, looked at and steered, then read; one at a time, whichever page started it.
import type { Grant } from '../../../../main/contract/methods/host.ts'
import type { ReadingChoices } from '../../../../main/contract/reading.ts'
import type { ImportedData } from '../../../../main/contract/service.ts'
import type { Brought } from '../../client/brought.ts'
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfTable } from '../../client/upload.ts'
import { go } from '../../router.svelte.ts'
import { t } from '../../strings/index.ts'
import type { ColumnRoles } from './with-role.ts'

export const importing = createTask(t.data.opening)

/** A table that has arrived and waits for a person's choices. */
interface Incoming {
  readonly files: Brought
  readonly grant: Grant
}

let last = $state.raw<ImportedData>()
let incoming = $state.raw<Incoming>()
let choices = $state.raw<ReadingChoices>({})
let roles = $state.raw<ColumnRoles>()

export const imported = {
  /** What the last import read and skipped. */
  get last(): ImportedData | undefined {
    return last
  },
}

export const steered = {
  get incoming(): Incoming | undefined {
    return incoming
  },
  get choices(): ReadingChoices {
    return choices
  },
  /** Another reading may have other columns, whose roles are guessed again. */
  set choices(next: ReadingChoices) {
    choices = next
    roles = undefined
  },
  /** As the person chose them; undefined = as they are guessed. */
  get roles(): ColumnRoles | undefined {
    return roles
  },
  set roles(next: ColumnRoles | undefined) {
    roles = next
  },
}

function arrive(data: ImportedData): void {
  last = data
  go('data', [data.dataset])
}

/** What was sent is not kept for a file that nobody imports. */
function giveUp(): void {
  if (incoming) studio.call('files.giveUp', { grant: incoming.grant }).catch(() => undefined)
  incoming = undefined
}

/** Copies the table to the studio, with what came with it, and shows the import step for it. */
export async function importFiles(files: Brought, next: ReadingChoices = {}): Promise<void> {
  if (importing.progress) return
  giveUp()
  const grant = await importing.run((options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.data.reading(files[0].name), done, total })
    }
    return grantOfTable(files, { signal: options.signal, onProgress })
  })
  if (grant === undefined) return
  incoming = { files, grant }
  steered.choices = next
  go('data', ['import'])
}

/** Imports the file as it was chosen to be read; where that fails, its copy is gone. */
export async function takeIn(): Promise<void> {
  if (!incoming) return
  const [{ grant }, reading, chosen] = [incoming, choices, roles]
  const data = await importing.run(async (options) => {
    const answer = await studio.call('data.import', { path: grant, choices: reading }, options)
    if (chosen) {
      const { text, label, context } = chosen
      const about = context === '' ? {} : { context }
      await studio.call('data.roles', { dataset: answer.dataset, text, label, ...about })
    }
    return answer
  })
  if (!data) return
  incoming = undefined
  arrive(data)
}

export function cancelImport(): void {
  giveUp()
  go('data')
}

export async function importSample(): Promise<void> {
  const data = await importing.run((options) => studio.call('data.sample', {}, options))
  if (data) arrive(data)
}
