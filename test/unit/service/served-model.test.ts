// A model that is served: who asks it hears its own failures, and no others'.
import { expect, it, onTestFinished } from 'vitest'
import { sealModel } from '../../../main/compute/seal.ts'
import { usualBounds } from '../../../main/service/compute/watchdog.ts'
import { openServedModel } from '../../../main/service/serving/served-model.ts'
import { spawnFake } from '../../support/fake-studio.ts'
import { smallConfig } from '../../support/small-config.ts'

function open() {
  const own = { name: 'tiny', hash: 'tiny', folder: '', licence: 'MIT', weights: {} }
  const model = sealModel({ ...own, config: smallConfig, tokenizer: { tokenizer: {}, config: {} } })
  const job = { kind: 'serve' as const, model, settings: {}, threads: 1, bytes: 0 }
  const served = openServedModel({ spawn: spawnFake, bounds: usualBounds, job, onEnd: () => undefined })
  onTestFinished(() => {
    served.close()
  })
  return served
}

const { signal } = new AbortController()
const sampling = { maxNewTokens: 8, temperature: 0, topP: 1, stop: [], seed: 0 }
const writing = { key: undefined, input: { text: 'one two three' }, sampling }

it('fails only the request whose listener fails', async () => {
  const served = open()
  const failing = served.write(writing, new Map(), signal, () => {
    throw new RangeError('the listener is broken')
  })
  const whole = served.write(writing, new Map(), signal, () => undefined)
  await expect(failing).rejects.toThrow('the listener is broken')
  await expect(whole).resolves.toMatchObject({ end: 'end token' })
  await expect(served.write(writing, new Map(), signal, () => undefined)).resolves.toMatchObject({ end: 'end token' })
})
