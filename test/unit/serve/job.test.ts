// The job that serves a model: what waits may be dropped, nothing waits for a whole backlog, and no request fails for another.
import { afterEach, describe, expect, it } from 'vitest'
import { createInbox } from '../../../main/compute/inbox.ts'
import { serve } from '../../../main/compute/jobs/serve.ts'
import type { JobSink } from '../../../main/compute/serve.ts'
import type { ComputeEvent, ServeRequest, TunedPrompt } from '../../../main/contract/compute.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { randomPrompt } from '../../support/random-prompt.ts'
import { tinyModel } from '../../support/tiny.ts'

const labels = ['billing', 'delivery']
const ended: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

/** A job under way; `onEvent` hears each of its events. */
async function begin(onEvent: (event: ComputeEvent, put: (request: ServeRequest) => void) => void = () => undefined) {
  const stop = new AbortController()
  const inbox = createInbox()
  const events: ComputeEvent[] = []
  const { promise: unused, ...waiting } = Promise.withResolvers<undefined>()
  let wake: (value: undefined) => void = waiting.resolve
  let next = unused
  const sink: JobSink = {
    emit(event) {
      events.push(event)
      onEvent(event, inbox.put)
      const { promise, resolve } = Promise.withResolvers<undefined>()
      next = promise
      wake(undefined)
      wake = resolve
    },
    checkpoint: () => Promise.resolve(),
    stopRequested: () => stop.signal.aborted,
    keepRequested: () => false,
    signal: stop.signal,
    inbox,
  }
  const job = { kind: 'serve' as const, settings: {}, threads: 1, bytes: 2 ** 20 }
  const done = serve({ ...job, model: await tinyModel('qwen3') }, sink)
  ended.push(() => {
    stop.abort()
    return done
  })
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await next
  }
  return { put: inbox.put, events, until }
}

async function promptOf(seed: number): Promise<TunedPrompt> {
  const settings = defaultSettings({ tokens: 4, placement: 'after-text' }, labels)
  return randomPrompt(await tinyModel('qwen3'), settings, labels, seed, 0.5)
}

const ask = (id: number, key = 'a'): ServeRequest => ({
  request: 'ask',
  id,
  ask: { text: `message ${String(id)}`, context: '', questions: [{ by: 'prompt', key }] },
})
const sampling = { maxNewTokens: 2, temperature: 0, topP: 1, stop: [], seed: 0 }
const write = (id: number): ServeRequest => ({
  request: 'write',
  id,
  writing: { key: undefined, input: { text: 'where is my' }, sampling },
})

const idsOf = (events: readonly ComputeEvent[], kind: 'answered' | 'written' | 'refused'): number[] =>
  events.flatMap((event) => (event.event === kind ? [event.id] : []))
const first = { id: 1, last: 200 }
const backlog = Array.from({ length: first.last }, (_, i) => ask(first.id + i))

describe('a backlog of questions', () => {
  it('is dropped where nobody waits for it any more', async () => {
    const { put, events, until } = await begin((event, tell) => {
      if (event.event === 'answered' && event.id === first.id)
        for (let id = first.id; id <= first.last; id++) tell({ request: 'drop', id })
    })
    put({ request: 'load', key: 'a', prompt: await promptOf(1) })
    backlog.forEach(put)
    await until(() => idsOf(events, 'answered').includes(first.id))
    put(ask(1000))
    await until(() => idsOf(events, 'answered').includes(1000))
    expect(idsOf(events, 'answered').length).toBeLessThan(first.last / 2)
  })

  it('does not keep a text from being written', async () => {
    const { put, events, until } = await begin((event, tell) => {
      if (event.event === 'answered' && event.id === first.id) tell(write(1000))
    })
    put({ request: 'load', key: 'a', prompt: await promptOf(1) })
    backlog.forEach(put)
    await until(() => idsOf(events, 'answered').length === first.last && idsOf(events, 'written').length === 1)
    const kinds = events.map(({ event }) => event)
    expect(kinds.indexOf('written')).toBeLessThan(kinds.lastIndexOf('answered'))
  })
})

describe('a request that fails', () => {
  it('does not fail those that are answered with it', async () => {
    const { put, events, until } = await begin()
    const whole = await promptOf(2)
    const settings = { ...whole.settings, placement: 'start' as const }
    const tensors = Object.fromEntries(
      Object.entries(whole.tensors).map(([name, { shape, data }]) => {
        const [tokens = 0, width = 0, ...rest] = shape
        return [name, { shape: [tokens, width * 2, ...rest], data: new Float32Array(data.length * 2) }]
      }),
    )
    put({ request: 'load', key: 'a', prompt: whole })
    put({ request: 'load', key: 'broken', prompt: { ...whole, settings, tensors } })
    const requests = Array.from({ length: 6 }, (_, id) => ask(id, id === 3 ? 'broken' : 'a'))
    requests.forEach(put)
    await until(() => idsOf(events, 'answered').length + idsOf(events, 'refused').length === requests.length)
    expect(idsOf(events, 'refused')).toEqual([3])
  })
})

describe('a prompt', () => {
  it('is not there any more where it has been forgotten', async () => {
    const { put, events, until } = await begin()
    put({ request: 'load', key: 'a', prompt: await promptOf(1) })
    put({ request: 'load', key: 'b', prompt: await promptOf(2) })
    put(ask(1, 'a'))
    await until(() => idsOf(events, 'answered').length === 1)
    put({ request: 'forget', key: 'a' })
    put(ask(2, 'a'))
    put(ask(3, 'b'))
    await until(() => idsOf(events, 'answered').includes(3))
    expect(idsOf(events, 'refused')).toEqual([2])
  })
})
