// Adding a model: downloaded, uploaded, or read from its path; one at a time, whichever page started it.
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { pathOfFile } from '../../client/upload.ts'
import { t } from '../../strings/index.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export const adding = createTask(t.models.begin)

/** Resolves with whether the starter model is installed. */
export async function getStarter(): Promise<boolean> {
  const model = await adding.run((options) => studio.call('models.starter', {}, options))
  if (model) toasts.say(t.models.added(model.name))
  return model !== undefined
}

export async function addPath(path: string): Promise<boolean> {
  const model = await adding.run((options) => studio.call('models.add', { path }, options))
  if (model) toasts.say(t.models.added(model.name))
  return model !== undefined
}

export async function addFile(file: File): Promise<void> {
  const model = await adding.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.models.copying(file.name), done, total })
    }
    const path = await pathOfFile(file, { signal: options.signal, onProgress })
    const name = file.name.replace(/\.[^.]+$/, '').slice(0, 80)
    return studio.call('models.add', { path, name }, options)
  })
  if (model) toasts.say(t.models.added(model.name))
}
