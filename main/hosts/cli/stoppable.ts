// Ctrl-C while the service works on a run or a sweep: it is asked to stop, and ends after its current step.
import type { Session } from './host.ts'

/** Waits for the work. At ctrl-C says the sentence and calls `stop` once, also where ctrl-C came before. */
export async function stoppable<T>(
  { output, signal }: Pick<Session, 'output' | 'signal'>,
  { sentence, stop }: { readonly sentence: string; readonly stop: () => Promise<unknown> },
  work: () => Promise<T>,
): Promise<T> {
  const onAbort = (): void => {
    output.say(sentence)
    // Work that has just ended by itself cannot be stopped, which is no error.
    stop().catch(() => undefined)
  }
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  return work().finally(() => {
    signal.removeEventListener('abort', onAbort)
  })
}
