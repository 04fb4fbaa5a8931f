// A model that is served: who asks it hears its own failures, and no others'.
import { expect, it, onTestFinished } from 'vitest'
import { sealModel } from '../../../main/compute/seal.ts'
import type { ComputeRequest, TunedPrompt } from '../../../main/contract/compute.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import type { SpawnCompute } from '../../../main/service/compute/child.ts'
import { usualBounds } from '../../../main/service/compute/watchdog.ts'
import { openServedModel } from '../../../main/service/serving/served-model.ts'
import { spawnFake } from '../../support/fake-studio.ts'
import { smallConfig } from '../../support/small-config.ts'

function open(bytes?: number) {
  const own = { name: 'tiny', hash: 'tiny', folder: '', licence: 'MIT', weights: {} }
  const model = sealModel({ ...own, config: smallConfig, tokenizer: { tokenizer: {}, config: {} } })
  const job = { kind: 'serve' as const, model, settings: {}, threads: 1, bytes: 0 }
  const requests: ComputeRequest[] = []
  const spawn: SpawnCompute = () => {
    const child = spawnFake()
    return {
      ...child,
      send: (request) => {
        requests.push(request)
        child.send(request)
      },
    }
  }
  const onEnd = (): void => undefined
  const served = openServedModel({ spawn, bounds: usualBounds, job, onEnd, promptBytes: bytes })
  onTestFinished(() => {
    served.close()
  })
  return { served, requests }
}

const { signal } = new AbortController()
const sampling = { maxNewTokens: 8, temperature: 0, topP: 1, stop: [], seed: 0 }
const writing = { key: undefined, input: { text: 'one two three' }, sampling }

it('fails only the request whose listener fails', async () => {
  const { served } = open()
  const failing = served.write(writing, new Map(), signal, () => {
    throw new RangeError('the listener is broken')
  })
  const whole = served.write(writing, new Map(), signal, () => undefined)
  await expect(failing).rejects.toThrow('the listener is broken')
  await expect(whole).resolves.toMatchObject({ end: 'end token' })
  await expect(served.write(writing, new Map(), signal, () => undefined)).resolves.toMatchObject({ end: 'end token' })
})

const labels = ['billing', 'delivery']

/** A prompt of 400 bytes. */
const prompt: TunedPrompt = {
  ...{ settings: defaultSettings({}, labels), labels, modelHash: 'tiny' },
  tensors: { prompt: { shape: [100], data: new Float32Array(100) } },
}

it('forgets the prompts unused for longest, and loads them again where they are asked', async () => {
  const { served, requests } = open(1000)
  const ask = (...keys: string[]) => {
    const questions = keys.map((key) => ({ by: 'prompt' as const, key }))
    return served.ask({ text: 'delivery', context: '', questions }, new Map(keys.map((key) => [key, prompt])), signal)
  }
  const about = (kind: 'load' | 'forget') =>
    requests.flatMap((request) => (request.request === kind && 'key' in request ? [request.key] : []))
  await ask('a')
  await ask('b')
  await ask('a')
  expect(about('forget')).toEqual([])
  await ask('c')
  expect(about('forget')).toEqual(['b'])
  // All that a request needs are there, whatever they take.
  const { choices } = await ask('a', 'b', 'c', 'd')
  expect(choices.every(({ logProbabilities }) => (logProbabilities[1] ?? 0) > Math.log(0.5))).toBe(true)
  expect(about('load')).toEqual(['a', 'b', 'c', 'b', 'd'])
  expect(about('forget')).toEqual(['b', 'a', 'b'])
})
