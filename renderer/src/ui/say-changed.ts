// Says that a data set has changed, with a way back; changes that follow each other are counted in one message.
import { studio } from '../client/studio.ts'
import { t } from '../strings/index.ts'
import { toasts } from './toasts.svelte.ts'

/** `what`: what was done, in a few words. */
export function sayChanged(dataset: number, what: string): void {
  const undo = (): void => void studio.call('data.undo', { dataset }).catch(toasts.fail)
  toasts.say(`${what}.`, { text: t.common.undo, run: undo }, `data ${String(dataset)}`)
}
