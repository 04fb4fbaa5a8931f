// Whether the service answers, and how many connections to it there have been: pages load again with each new one.
let connected = $state(false)
let keyless = $state(false)
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
  /** True where the host answers, but asks for a key that this window does not have. */
  get keyless(): boolean {
    return keyless
  },
  found(): void {
    connected = true
    keyless = false
    times += 1
  },
  lost(why: { readonly keyless: boolean } = { keyless: false }): void {
    connected = false
    keyless = why.keyless
  },
}
