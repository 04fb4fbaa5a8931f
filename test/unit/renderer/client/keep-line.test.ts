// The window's line: opened again after waits that grow, until a call is answered; a peer of another version is named, not besieged.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { answerClient } from '../../../../main/contract/answer.ts'
import type { Receiver } from '../../../../main/contract/protocol.ts'
import type { Studio } from '../../../../main/contract/service.ts'
import { keepLine } from '../../../../renderer/src/client/keep-line.ts'
import { otherBody, v8Body } from '../../../support/old-peers.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Keeps a line to a peer; `greet` is what that does with each line. */
function keep(greet: (receiver: Receiver) => { send?(bytes: Uint8Array): void }) {
  const opened = { times: 0, why: [] as unknown[], found: 0 }
  const connected = keepLine(
    (receiver) => {
      opened.times += 1
      const { send = () => undefined } = greet(receiver)
      return Promise.resolve({ send, close: receiver.closed })
    },
    pause,
    { found: () => (opened.found += 1), lost: (why) => opened.why.push(why) },
  )
  return { opened, connected }
}

test.each([
  ['writes as V8 of another runtime does', v8Body, 'run/protocol'],
  ['greets with another version', otherBody, 'run/protocol'],
])('a service that %s is named, and asked ever more rarely', async (_, bytes, code) => {
  const { opened } = keep((receiver) => {
    queueMicrotask(() => {
      receiver.take(bytes)
    })
    return {}
  })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(opened.why[0]).toMatchObject({ code })
  expect(opened.found).toBe(0)
  expect(opened.times).toBeLessThan(15)
})

test('a service that greets, and closes the line at the first call, is asked ever more rarely', async () => {
  const { opened, connected } = keep((receiver) => {
    queueMicrotask(() => {
      answerClient({ call: () => new Promise(() => undefined) }, { send: receiver.take, close: () => undefined })
    })
    return { send: receiver.closed }
  })
  const calling = setInterval(() => {
    void connected().then(({ studio }) => studio.call('runs.list', {}).catch(() => undefined))
  }, 10)
  await vi.advanceTimersByTimeAsync(60_000)
  clearInterval(calling)
  expect(opened.found).toBeGreaterThan(3)
  expect(opened.times).toBeLessThan(15)
})

test('the waits begin anew once a call was answered', async () => {
  const ends: Receiver[] = []
  const studio: Studio = { call: () => Promise.resolve([] as never) }
  const { opened, connected } = keep((receiver) => {
    ends.push(receiver)
    let service: Receiver | undefined
    queueMicrotask(() => {
      service = answerClient(studio, { send: receiver.take, close: receiver.closed })
    })
    return { send: (bytes) => service?.take(bytes) }
  })
  for (let i = 1; i <= 8; i++) {
    await vi.advanceTimersByTimeAsync(250)
    expect(await (await connected()).studio.call('runs.list', {})).toEqual([])
    expect(opened.times).toBe(i)
    ends.at(-1)?.closed()
  }
})

test('a service that never greets is taken for dead', async () => {
  const { opened } = keep(() => ({}))
  await vi.advanceTimersByTimeAsync(12_000)
  expect(opened.times).toBe(2)
})
