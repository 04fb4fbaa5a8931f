// Whether the service answers, and how many connections to it there have been: pages load again with each new one.
let connected = $state(false)
let keyless = $state(false)
let times = $state(0)
let why = $state<string>()

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
  /** The sentence that the last attempt ended with; undefined where there was none, or where it succeeded. */
  get why(): string | undefined {
    return why
  },
  found(): void {
    connected = true
    keyless = false
    why = undefined
    times += 1
  },
  lost(how: { readonly keyless: boolean; readonly why: string | undefined }): void {
    connected = false
    keyless = how.keyless
    why = how.why
  },
}
