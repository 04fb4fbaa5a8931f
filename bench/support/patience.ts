// How long a caller waits who asks for something small again and again while the service works for somebody else.
import { setTimeout } from 'node:timers/promises'
import type { Studio } from '../../main/contract/service.ts'

/** Milliseconds between an answer and the next question. */
const PAUSE = 3

export interface Patience<T> {
  readonly result: T
  readonly seconds: number
  /** The longest that one small question waited for its answer, milliseconds. */
  readonly waited: number
}

/** Asks for the list of data sets, which reads the database, from before the work until behind it. */
export async function patience<T>({ call }: Studio, work: () => Promise<T>): Promise<Patience<T>> {
  let waited = 0
  let working = true
  const asking = (async () => {
    while (working) {
      const asked = performance.now()
      await call('data.list', {})
      waited = Math.max(waited, performance.now() - asked)
      await setTimeout(PAUSE)
    }
  })()
  await setTimeout(PAUSE)
  const began = performance.now()
  const result = await work().finally(() => (working = false))
  const seconds = (performance.now() - began) / 1000
  await asking
  return { result, seconds, waited }
}
