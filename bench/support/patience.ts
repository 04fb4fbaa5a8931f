// Measures how long small calls to the service wait while it does a large piece of work for another caller.
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../../main/contract/service.ts'

/** Milliseconds between two small calls, whether the first is answered or not. */
const PAUSE = 10

export interface Patience<T> {
  readonly result: T
  readonly seconds: number
  /** Milliseconds that the slowest small call took. */
  readonly waited: number
}

/** Calls for the preferences, which come from the database, from before the work until after it. */
export async function patience<T>({ call }: Studio, work: () => Promise<T>): Promise<Patience<T>> {
  let waited = 0
  let working = true
  const probe = async (): Promise<void> => {
    const start = performance.now()
    await call('studio.preferences', {})
    waited = Math.max(waited, performance.now() - start)
  }
  const probing = (async () => {
    const probes: Promise<void>[] = []
    for (; working; await setTimeout(PAUSE)) probes.push(probe())
    await Promise.all(probes)
  })()
  await setTimeout(PAUSE)
  const began = performance.now()
  const result = await work().finally(() => (working = false))
  const seconds = (performance.now() - began) / 1000
  await probing
  return { result, seconds, waited }
}
