// Adding a model: downloaded, uploaded, or read where it lies; one at a time, whichever page started it.
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfFile, grantOfFolder } from '../../client/upload.ts'
import { t } from '../../strings/index.ts'
import { toasts } from '../../ui/toasts.svelte.ts'
import { choosePath, typedPath } from '../../client/ways.ts'

export const adding = createTask(t.models.begin)

/** Resolves with whether the starter model is installed. */
export async function getStarter(): Promise<boolean> {
  const model = await adding.run((options) => studio.call('models.starter', {}, options))
  if (model) toasts.say(t.models.added(model.name))
  return model !== undefined
}

export async function addPath(path: string): Promise<boolean> {
  const model = await adding.run(async (options) =>
    studio.call('models.add', { path: await typedPath('read', path) }, options),
  )
  if (model) toasts.say(t.models.added(model.name))
  return model !== undefined
}

/** Asks for a folder by the host's dialog, and uses it where it lies. */
export async function addChosenFolder(): Promise<void> {
  const model = await adding.run(async (options) => {
    const path = await choosePath('read')
    return path && studio.call('models.add', { path }, options)
  })
  if (model) toasts.say(t.models.added(model.name))
}

/** Copies the files of a folder, as a browser hands them over: those that lie directly in it. */
export async function addFolder(files: readonly File[]): Promise<void> {
  const direct = files.filter(({ webkitRelativePath }) => webkitRelativePath.split('/').length === 2)
  const folder = direct[0]?.webkitRelativePath.split('/')[0]
  if (folder === undefined) return toasts.fail(new Error(t.models.emptyFolder))
  const model = await adding.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.models.copying(folder), done, total })
    }
    const path = await grantOfFolder(folder, direct, { signal: options.signal, onProgress })
    return studio.call('models.add', { path, name: folder.slice(0, 80) }, options)
  })
  if (model) toasts.say(t.models.added(model.name))
}

export async function addFile(file: File): Promise<void> {
  const model = await adding.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.models.copying(file.name), done, total })
    }
    const path = await grantOfFile(file, { signal: options.signal, onProgress })
    return studio.call('models.add', { path }, options)
  })
  if (model) toasts.say(t.models.added(model.name))
}
