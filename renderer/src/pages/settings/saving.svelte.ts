// Backup and restore: one at a time; they go on when the page is left.
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfFile } from '../../client/upload.ts'
import { choosePath, typedPath } from '../../client/ways.ts'
import { t } from '../../strings/index.ts'

export const backingUp = createTask(t.settings.backupBegin)
export const restoring = createTask(t.settings.restoreBegin)

let written = $state.raw<{ readonly path: string; readonly bytes: number }>()
let ready = $state(false)

export const saving = {
  /** The latest backup. */
  get written() {
    return written
  },
  /** Whether a verified backup will be restored at the next start. */
  get ready(): boolean {
    return ready
  },
  /** `typed`: a path, or '' for the studio's own folder. */
  async backUp(typed: string): Promise<void> {
    written = undefined
    written = await backingUp.run(async (options) =>
      studio.call('studio.backup', typed === '' ? {} : { path: await typedPath('save', typed) }, options),
    )
  },
  /** Asks by the host's dialog where to. */
  async backUpTo(): Promise<void> {
    const path = await choosePath('save', t.settings.backupName)
    if (!path) return
    written = undefined
    written = await backingUp.run((options) => studio.call('studio.backup', { path }, options))
  },
  async restore(from: File | string): Promise<void> {
    ready = false
    const answer = await restoring.run(async (options, report) => {
      const onProgress = (done: number, total: number): void => {
        report({ stage: t.settings.copying, done, total })
      }
      const path =
        typeof from === 'string'
          ? await typedPath('read', from)
          : await grantOfFile(from, { signal: options.signal, onProgress })
      return studio.call('studio.restore', { path }, options)
    })
    ready = answer !== undefined
  },
}
