// After ctrl-C the service must answer: one that hangs does not hold the command.
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../../contract/service.ts'

/** Asks it again and again; resolves when it has been silent for `silence` milliseconds, or the signal ends the asking. */
export async function untilSilent(studio: Studio, silence: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answered = studio.call('studio.preferences', {}).then(
      () => true,
      // It has closed: the command's own calls have failed too.
      () => true,
    )
    const late = setTimeout(silence, false, { signal }).catch(() => false)
    if (!(await Promise.race([answered, late]))) return
    await setTimeout(silence, undefined, { signal }).catch(() => undefined)
  }
}
