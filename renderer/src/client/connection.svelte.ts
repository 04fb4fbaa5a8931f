// Whether the service answers, and how often it has come back: pages ask again when it has.
let connected = $state(false)
let times = $state(0)

export const connection = {
  get connected(): boolean {
    return connected
  },
  get everConnected(): boolean {
    return times > 0
  },
  /** Grows each time that the service is reached anew. */
  get times(): number {
    return times
  },
  found(): void {
    connected = true
    times += 1
  },
  lost(): void {
    connected = false
  },
}
