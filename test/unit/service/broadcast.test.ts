// Followers hear what is sent until it ends or they leave; with replay, what was sent before them too.
import { expect, it } from 'vitest'
import { createBroadcast } from '../../../main/service/broadcast.ts'

it('sends to all that follow, until they leave', async () => {
  const events = createBroadcast<number>()
  const leaving = new AbortController()
  const [heard, other]: [number[], number[]] = [[], []]
  events.send(1)
  const left = events.follow((event) => heard.push(event), leaving.signal)
  const stayed = events.follow((event) => other.push(event))
  events.send(2)
  leaving.abort()
  await left
  events.send(3)
  events.end()
  await stayed
  expect(heard).toEqual([2])
  expect(other).toEqual([2, 3])
})

it('replays what was sent before to whom comes late, and to whom comes when all is over', async () => {
  const events = createBroadcast<number>({ replay: true })
  events.send(1)
  events.send(2)
  const heard: number[] = []
  const late = events.follow((event) => heard.push(event))
  events.send(3)
  events.end()
  await late
  const after: number[] = []
  await events.follow((event) => after.push(event))
  expect(heard).toEqual([1, 2, 3])
  expect(after).toEqual([1, 2, 3])
})
