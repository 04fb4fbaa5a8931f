// A few open sessions by key: static shapes need one session a bucket, and each one maps the weights anew.
import type { Session } from './session.ts'

export interface Sessions {
  /**
   * The session of that key, opened where it is not open yet. The one unused for longest is released when there are
   * too many, after its runs: run what you got before asking for another.
   */
  get(key: string, open: () => Promise<Session>): Promise<Session>
  release(): Promise<void>
}

/** Keeps at most `most` sessions open. */
export function createSessions(most: number): Sessions {
  // A Map iterates in order of insertion: the first key is the one unused for longest.
  const kept = new Map<string, Promise<Session>>()
  const close = async (key: string): Promise<void> => {
    const closing = kept.get(key)
    kept.delete(key)
    await closing?.then((session) => session.release())
  }
  return {
    async get(key, open) {
      const known = kept.get(key)
      if (known === undefined) while (kept.size >= most) await close(kept.keys().next().value ?? '')
      const session = known ?? open()
      kept.delete(key)
      kept.set(key, session)
      try {
        return await session
      } catch (error) {
        if (kept.get(key) === session) kept.delete(key)
        throw error
      }
    },
    async release() {
      await Promise.allSettled([...kept.keys()].map(close))
    },
  }
}
