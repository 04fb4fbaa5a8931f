// Word of changes: once for a burst, to everyone who watches, until they stop.
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createChanges } from '../../../main/service/changes.ts'

it('notifies every watcher once for a burst of changes of one subject', async () => {
  const { changed, watch } = createChanges()
  const stop = new AbortController()
  const [one, other] = [[], []] as [string[], string[]]
  const watching = [one, other].map((heard) => watch((subject) => heard.push(subject), stop.signal))
  changed('runs')
  changed('runs')
  changed('data')
  await setTimeout(80)
  expect(one).toEqual(['runs', 'data'])
  expect(other).toEqual(one)
  changed('runs')
  await setTimeout(80)
  expect(one).toEqual(['runs', 'data', 'runs'])
  stop.abort()
  await Promise.all(watching)
  changed('models')
  await setTimeout(80)
  expect(one).toHaveLength(3)
})

it('ends at once for somebody who has already gone', async () => {
  await createChanges().watch(() => undefined, AbortSignal.abort())
})
