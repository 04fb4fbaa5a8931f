// An error keeps its code, its remedy and its details on the way from the service to a window.
import { expect, it } from 'vitest'
import { answerClient } from '../../../main/contract/answer.ts'
import { createClient, type Client } from '../../../main/contract/client.ts'
import { studioError } from '../../../main/contract/errors/index.ts'
import type { Line, Receiver } from '../../../main/contract/protocol.ts'
import type { Studio } from '../../../main/contract/service.ts'

/** A client of a studio that always fails so, over lines that carry bytes at once. */
function connected(error: Error): Client {
  const ends: { service?: Receiver; client?: Client } = {}
  const line = (other: 'service' | 'client'): Line => ({
    send: (bytes) => {
      queueMicrotask(() => ends[other]?.take(bytes))
    },
    close: () => undefined,
  })
  const studio: Studio = { call: () => Promise.reject(error) }
  ends.client = createClient(line('service'))
  ends.service = answerClient(studio, line('client'))
  return ends.client
}

it('crosses with the button that solves it', async () => {
  const client = connected(studioError('prompt/no-model', 'from-ann.softprompt', 'SmolLM2-135M-Instruct', true))
  await client.greeted
  await expect(client.studio.call('prompts.list', {})).rejects.toMatchObject({
    code: 'prompt/no-model',
    message: 'from-ann.softprompt was made for the starter model, SmolLM2-135M-Instruct, which is not here yet.',
    remedy: { kind: 'starter' },
  })
})

it('keeps technical reasons apart from its sentence', async () => {
  const client = connected(studioError('model/starter-unreachable', 'One: ENOTFOUND'))
  await client.greeted
  await expect(client.studio.call('models.starter', {})).rejects.toMatchObject({
    message: expect.not.stringContaining('ENOTFOUND') as string,
    details: 'One: ENOTFOUND',
    remedy: undefined,
  })
})
