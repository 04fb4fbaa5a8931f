// Opening a prompt that somebody made: uploaded, checked against its model, and shown; one at a time.
import { peftFiles } from '../../../../main/contract/kinds.ts'
import type { Grant } from '../../../../main/contract/methods/host.ts'
import type { Input } from '../../../../main/contract/service.ts'
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfFile, grantOfFolder } from '../../client/upload.ts'
import { choosePath } from '../../client/ways.ts'
import { go } from '../../router.svelte.ts'
import { t } from '../../strings/index.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export const opening = createTask(t.share.opening)

/** What the person says of a folder that the studio did not make. */
export type About = Pick<Input<'prompts.open'>, 'model' | 'labels'>

type GrantOf = (options: Parameters<typeof grantOfFile>[1]) => Promise<Grant | undefined>

export const openPrompt = (file: File): Promise<void> => open((options) => grantOfFile(file, options))

/** Asks for a folder by the host's dialog, and reads it where it lies. */
export const openChosenFolder = (about: About): Promise<void> => open(() => choosePath('read'), about)

/** Copies what is read of a folder, as a browser hands it over. */
export async function openFolder(files: readonly File[], about: About): Promise<void> {
  const config = files.find(({ name }) => name === peftFiles[0])?.webkitRelativePath ?? ''
  const folder = config.slice(0, config.lastIndexOf('/'))
  const own = files.filter(
    ({ name, webkitRelativePath }) =>
      webkitRelativePath === `${folder}/${name}` && peftFiles.some((each) => each === name),
  )
  if (own.length === 0) return toasts.fail(new Error(t.share.noFolder))
  return open((options) => grantOfFolder(folder.split('/').at(-1) ?? folder, own, options), about)
}

let last = (): Promise<void> => Promise.resolve()

/** Tries again what was opened last. */
export const openAgain = (): Promise<void> => last()

async function open(grantOf: GrantOf, about: About = {}): Promise<void> {
  last = () => open(grantOf, about)
  const prompt = await opening.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.share.opening, done, total })
    }
    const path = await grantOf({ signal: options.signal, onProgress })
    return path && studio.call('prompts.open', { path, ...about }, options)
  })
  if (!prompt) return
  go('share', [prompt.name])
  toasts.say(prompt.checked === false ? t.share.openedUnchecked(prompt.name) : t.share.opened(prompt.name), {
    text: t.share.tryIt,
    run: () => go('try', [], { run: prompt.name }),
  })
}
