// A few open sessions by key: static shapes need one session per bucket, and each maps the weights again.
import type { Session } from './session.ts'

export interface Sessions {
  /**
   * The session of that key, opened where it is not open yet. Where too many are open, the one unused for longest is
   * released after its runs: use a session before getting another.
   */
  get(key: string, open: () => Promise<Session>): Promise<Session>
  release(): Promise<void>
}

/** Keeps at most `maxOpen` sessions open. */
export function createSessions(maxOpen: number): Sessions {
  // A Map iterates in order of insertion: the first key is the one unused for longest.
  const sessions = new Map<string, Promise<Session>>()
  const close = async (key: string): Promise<void> => {
    const closing = sessions.get(key)
    sessions.delete(key)
    await closing?.then((session) => session.release())
  }
  return {
    async get(key, open) {
      const known = sessions.get(key)
      if (known === undefined) while (sessions.size >= maxOpen) await close(sessions.keys().next().value ?? '')
      const session = known ?? open()
      sessions.delete(key)
      sessions.set(key, session)
      try {
        return await session
      } catch (error) {
        if (sessions.get(key) === session) sessions.delete(key)
        throw error
      }
    },
    async release() {
      await Promise.allSettled([...sessions.keys()].map(close))
    },
  }
}
