// Labels tables, one after the other: what is under way, who follows it, and how it ends.
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { LabellingRecord } from '../../contract/methods/labellings.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import { type Broadcast, createBroadcast } from '../broadcast.ts'
import { sentenceOf } from '../runs/execute.ts'
import type { Changes } from '../changes.ts'
import type { Failures } from '../studio/failures.ts'

/** Answers the rows that are left; calls `onDone` with how many are done after each piece. Error: 'run/cancelled'. */
type AnswerRest = (signal: AbortSignal, onDone: (rows: number) => void) => Promise<void>

interface Active {
  readonly stopping: AbortController
  readonly events: Broadcast<StudioEvent>
}

export interface Labeller {
  isActive(labelling: number): boolean
  /** Takes on a labelling that the store has as running. */
  start(labelling: LabellingRecord, answerRest: AnswerRest): void
  /** Resolves when it has ended; at once where it is not under way. */
  stop(labelling: number): Promise<void>
  /** Reports on it until it ends; resolves at once where it is not under way. */
  watch(labelling: number, watcher: (event: StudioEvent) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export function createLabeller({
  store,
  changed,
  failed,
  failedUnattended,
}: Changes & Failures & { readonly store: Store }): Labeller {
  const actives = new Map<number, Active>()

  const run = async ({ id, rows: total }: LabellingRecord, answerRest: AnswerRest, active: Active): Promise<void> => {
    const { signal } = active.stopping
    const onDone = (done: number): void => {
      active.events.send({ event: 'progress', stage: 'labelling', done, total })
      changed('labellings')
    }
    try {
      await answerRest(signal, onDone)
      await store.labellings.setState(id, 'finished')
    } catch (error) {
      const asked = error instanceof StudioError && error.code === studioError('run/cancelled').code
      if (!asked) failed('labelling', error)
      await store.labellings
        .setState(id, asked ? 'stopped' : 'failed', asked ? undefined : sentenceOf(error))
        .catch((reason: unknown) => {
          failedUnattended('labelling', reason)
        })
    }
    actives.delete(id)
    active.events.end()
    changed('labellings')
  }
  const stop = async (labelling: number): Promise<void> => {
    const active = actives.get(labelling)
    active?.stopping.abort()
    await active?.events.ended
  }

  return {
    isActive: (labelling) => actives.has(labelling),
    start: (labelling, answerRest) => {
      const active = { stopping: new AbortController(), events: createBroadcast<StudioEvent>() }
      actives.set(labelling.id, active)
      void run(labelling, answerRest, active)
    },
    stop,
    watch: async (labelling, watcher, signal) => actives.get(labelling)?.events.follow(watcher, signal),
    close: async () => {
      await Promise.all([...actives.keys()].map(stop))
    },
  }
}
