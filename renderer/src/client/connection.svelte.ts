// Whether the service answers, and how many connections to it there have been: pages load again with each new one.
let connected = $state(false)
let times = $state(0)

export const connection = {
  get connected(): boolean {
    return connected
  },
  get everConnected(): boolean {
    return times > 0
  },
  /** The number of connections so far. */
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
