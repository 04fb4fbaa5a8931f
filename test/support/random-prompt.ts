// A prompt whose values are of a model's own size, but like no text: every placement of it changes the answers.
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { TuneSettings } from '../../main/contract/settings.ts'
import type { NamedTensors, Tensor } from '../../main/contract/tensor.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { createRandom } from '../../main/engine/random.ts'

/** `size`: standard deviation of the values, and of what adapters' are changed by: as they begin they change nothing. */
export async function randomPrompt(
  model: PreparedModel,
  settings: TuneSettings,
  labels: readonly string[],
  seed: number,
  size = 0.3,
): Promise<TunedPrompt> {
  const random = createRandom(seed)
  const { hidden, kvHeads, headDim, layers } = model.config
  const values = (count: number): Float32Array => Float32Array.from({ length: count }, () => size * random.normal())
  const probe = {
    config: model.config,
    embeddings: (ids: readonly number[]) => Promise.resolve(values(ids.length * hidden)),
    keysValues: (ids: readonly number[]) => {
      const part = (): Float32Array => values(ids.length * kvHeads * headDim)
      return Promise.resolve(Array.from({ length: layers }, () => ({ keys: part(), values: part() })))
    },
    weight: () => Promise.resolve(new Float32Array()),
  }
  const ids = Array.from({ length: settings.tokens }, (_, i) => i + 4)
  const method = methodOf(settings)
  const start = await method.initialise(probe, settings, { ids, init: 'text', random })
  const changed = ({ shape, data }: Tensor): Tensor => {
    const noise = values(data.length)
    return { shape, data: data.map((value, i) => value + (noise[i] ?? 0)) }
  }
  const trained = method.updates ? method.tensors(model.config, settings).filter((each) => each.trainable) : []
  const tensors: NamedTensors = {
    ...start,
    ...Object.fromEntries(trained.map(({ name }) => [name, changed(start[name] as Tensor)])),
  }
  return { tensors, settings, labels, modelHash: model.hash }
}
