// How long a caller waits who asks for something small again and again while the service works for somebody else.
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../../main/contract/service.ts'

/** Milliseconds between two questions, whether the first is answered or not. */
const PAUSE = 10

export interface Patience<T> {
  readonly result: T
  readonly seconds: number
  /** The longest that one small question waited for its answer, milliseconds. */
  readonly waited: number
}

/** Asks for the preferences, which come from the database, from before the work until behind it. */
export async function patience<T>({ call }: Studio, work: () => Promise<T>): Promise<Patience<T>> {
  let waited = 0
  let working = true
  const ask = async (): Promise<void> => {
    const asked = performance.now()
    await call('studio.preferences', {})
    waited = Math.max(waited, performance.now() - asked)
  }
  const asking = (async () => {
    const asked: Promise<void>[] = []
    for (; working; await setTimeout(PAUSE)) asked.push(ask())
    await Promise.all(asked)
  })()
  await setTimeout(PAUSE)
  const began = performance.now()
  const result = await work().finally(() => (working = false))
  const seconds = (performance.now() - began) / 1000
  await asking
  return { result, seconds, waited }
}
