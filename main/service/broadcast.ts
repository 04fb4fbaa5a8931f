// Events of something that is under way, for all that follow it until it ends or they leave.
export interface Broadcast<T> {
  /** Resolves when `end` is called. */
  readonly ended: Promise<void>
  send(event: T): void
  /**
   * Resolves when the broadcast has ended or the signal aborts. A signal that was aborted before the call has no effect: a
   * service that closes ends all its broadcasts itself.
   */
  follow(follower: (event: T) => void, signal?: AbortSignal): Promise<void>
  end(): void
}

/** `replay`: a follower first gets what was sent before it came. */
export function createBroadcast<T>({ replay = false } = {}): Broadcast<T> {
  const history: T[] = []
  const followers = new Set<(event: T) => void>()
  const { promise: ended, resolve } = Promise.withResolvers<undefined>()
  return {
    ended,
    send(event) {
      if (replay) history.push(event)
      for (const follower of followers) follower(event)
    },
    async follow(follower, signal) {
      for (const event of history) follower(event)
      const { promise: left, resolve: leave } = Promise.withResolvers<undefined>()
      const onAbort = (): void => {
        leave(undefined)
      }
      signal?.addEventListener('abort', onAbort)
      followers.add(follower)
      await Promise.race([ended, left])
      followers.delete(follower)
      signal?.removeEventListener('abort', onAbort)
    },
    end() {
      resolve(undefined)
    },
  }
}
