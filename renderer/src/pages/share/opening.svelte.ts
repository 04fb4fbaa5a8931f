// Opening a prompt file: uploaded, checked against its model, and shown; one at a time.
import { createTask } from '../../client/task.svelte.ts'
import { studio } from '../../client/studio.ts'
import { grantOfFile } from '../../client/upload.ts'
import { go } from '../../router.svelte.ts'
import { t } from '../../strings/index.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export const opening = createTask(t.share.opening)

export async function openPrompt(file: File): Promise<void> {
  const prompt = await opening.run(async (options, report) => {
    const onProgress = (done: number, total: number): void => {
      report({ stage: t.share.opening, done, total })
    }
    const path = await grantOfFile(file, { signal: options.signal, onProgress })
    return studio.call('prompts.open', { path }, options)
  })
  if (!prompt) return
  go('share', [prompt.name])
  toasts.say(prompt.checked === false ? t.share.openedUnchecked(prompt.name) : t.share.opened(prompt.name), {
    text: t.share.tryIt,
    run: () => go('try', [], { run: prompt.name }),
  })
}
