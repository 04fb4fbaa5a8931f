// Methods studio.*: preferences, this computer, the network ledger, backup, and word of what has changed.
import type { Methods } from '../context.ts'

export const studioMethods: Pick<Methods, 'studio.watch'> = {
  'studio.watch': async ({ watch }, _input, { emit, signal }) => {
    await watch((subject) => {
      emit({ event: 'changed', subject })
    }, signal)
    return null
  },
}
