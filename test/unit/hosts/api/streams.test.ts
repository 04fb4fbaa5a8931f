// Streams whose parts fail: before the first event, after it, late, and beside each other.
import { describe, expect, it } from 'vitest'
import { StudioError } from '../../../../main/contract/errors/index.ts'
import type { Studio } from '../../../../main/contract/service.ts'
import { eventStream } from '../../../../main/hosts/api/event-stream.ts'
import { promptsForAll, serve } from '../../../support/api.ts'

const prompts = promptsForAll()
const messages = [{ role: 'user', content: 'praise' }]
const tooLong = () => new StudioError('serving/no-context', 'The text is too long.')

interface Writing {
  readonly text: string
  readonly signal: AbortSignal
  emit(text: string): void
}

/** The service, whose writing is this. */
const writingBy = (write: (writing: Writing) => Promise<never>): Studio => ({
  call: (method, input, options) => {
    const { service } = prompts()
    if (method !== 'serving.write') return service.call(method, input, options)
    const { input: asked } = input as { readonly input: { readonly text?: string } }
    return write({
      text: asked.text ?? '',
      signal: options?.signal ?? new AbortController().signal,
      emit: (text) => options?.onEvent?.({ event: 'wrote', text, tokens: [] } as never),
    })
  },
})

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new StudioError('run/cancelled', 'Cancelled.'))
    })
  })

it('what is sent after a failure has ended the stream is sent to nobody', async () => {
  const asking = { signal: new AbortController().signal, note: () => undefined }
  let send: (event: unknown) => void = () => undefined
  const answer = await eventStream(asking, (given) => {
    send = given
    send({ piece: 1 })
    return Promise.reject(tooLong())
  })
  expect(await answer.text()).toMatch(/^data: \{"piece":1\}\n\ndata: \{"error":.*\n\n$/)
  expect(() => {
    send({ piece: 2 })
  }).not.toThrow()
})

describe('a stream', () => {
  it('that fails before its first event is answered with the failure’s own status', async () => {
    const { model } = prompts()
    const api = await serve(
      writingBy(() => Promise.reject(tooLong())),
      model,
    )
    for (const [path, body] of [
      ['/v1/chat/completions', { model: 'writer', messages }],
      ['/v1/completions', { model: 'writer', prompt: 'a' }],
    ] as const) {
      expect(await api.post(path, { ...body, stream: true })).toMatchObject({ status: 400 })
      expect(await api.post(path, { ...body, model: 'nobody', stream: true })).toMatchObject({ status: 404 })
    }
  })

  it('that is late says so, by its status or in its last event', async () => {
    const { model } = prompts()
    const late = writingBy(({ text, signal, emit }) => {
      if (text === 'begin') emit('A')
      return untilAborted(signal)
    })
    const api = await serve(late, model, { patience: { answer: 200 } })
    const ask = (prompt: string) => api.post('/v1/completions', { model: 'writer', prompt, stream: true })
    expect(await ask('wait')).toMatchObject({ status: 504, json: { error: { code: 'timeout' } } })
    const begun = await ask('begin')
    expect(begun.status).toBe(200)
    expect(begun.body.trimEnd().split('\n\n').at(-1)).toContain('"code":"timeout"')
  })
})

describe('a request of several parts', () => {
  it('stops the others when one fails', async () => {
    const { model } = prompts()
    const stopped: string[] = []
    const studio = writingBy(({ text, signal }) => {
      if (text === 'long') return Promise.reject(tooLong())
      return untilAborted(signal).finally(() => stopped.push(text))
    })
    const api = await serve(studio, model)
    for (const stream of [false, true]) {
      const body = { model: 'writer', prompt: ['short', 'long'], stream }
      expect(await api.post('/v1/completions', body)).toMatchObject({ status: 400 })
    }
    await expect.poll(() => stopped).toEqual(['short', 'short'])
  })

  it('stops the other texts where one cannot be classified', async () => {
    const { service, model } = prompts()
    let isStopped = false
    const studio: Studio = {
      call: (method, input, options) => {
        if (method !== 'serving.ask') return service.call(method, input, options)
        if ((input as { readonly text: string }).text === 'long') return Promise.reject(tooLong())
        return untilAborted(options?.signal ?? new AbortController().signal).finally(() => (isStopped = true))
      },
    }
    const api = await serve(studio, model)
    expect(await api.post('/v1/classify', { prompt: 'team', text: ['short', 'long'] })).toMatchObject({ status: 400 })
    await expect.poll(() => isStopped).toBe(true)
  })
})
