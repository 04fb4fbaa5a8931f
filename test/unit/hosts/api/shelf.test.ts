// What the API offers follows the studio, also when another service has taken over.
import { expect, it, onTestFinished } from 'vitest'
import { StudioError } from '../../../../main/contract/errors/index.ts'
import type { Studio } from '../../../../main/contract/service.ts'
import { openShelf } from '../../../../main/hosts/api/shelf.ts'

it('is read anew after the service has ended, and whenever something changes in the next one', async () => {
  const ending = new AbortController()
  onTestFinished(() => {
    ending.abort()
  })
  const { promise: ended, reject: end } = Promise.withResolvers<never>()
  const watchers: ((event: unknown) => void)[] = []
  let purpose = 'one'
  const prompt = { name: 'team', modelName: 'base' }
  const studio = {
    call: (method: string, _input: unknown, options?: { readonly onEvent: (event: unknown) => void }) => {
      if (method === 'shelf.list') return Promise.resolve([{ name: 'mail', purpose, prompt }])
      if (method !== 'studio.watch') return Promise.resolve([])
      watchers.push(options?.onEvent ?? (() => undefined))
      return watchers.length === 1 ? ended : new Promise(() => undefined)
    },
  } as unknown as Studio
  const source = openShelf({ studio, signal: ending.signal })
  const offered = async () => (await source.shelf()).prompts[0]?.purpose
  expect(await offered()).toBe('one')
  purpose = 'two'
  expect(await offered()).toBe('one')
  end(new StudioError('run/service-closed', 'The studio has ended.'))
  await expect.poll(offered).toBe('two')
  await expect.poll(() => watchers).toHaveLength(2)
  expect(await offered()).toBe('two')
  purpose = 'three'
  watchers[1]?.({ event: 'changed', subject: 'shelf' })
  expect(await offered()).toBe('three')
})
