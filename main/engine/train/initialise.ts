// Initial tensors of a prompt: from real tokens, or random at the scale of real tokens.
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Initialisation, TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { input } from '../graph/ops.ts'
import { integers } from '../method/batch.ts'
import { methodOf } from '../method/index.ts'
import type { ModelProbe } from '../method/method.ts'
import { readWeight } from '../model/array-file.ts'
import { embed } from '../network/embed.ts'
import { weightsOf } from '../network/weights.ts'
import { createRandom, type Random } from '../random.ts'
import { createSession } from '../runtime/session.ts'
import type { Encoder } from '../evaluate/encode.ts'

/** Initial tensors of the run's method. */
export async function initialTensors(
  model: PreparedModel,
  settings: TuneSettings,
  labels: readonly string[],
  encoder: Encoder,
  runner: InferenceRunner,
): Promise<NamedTensors> {
  const random = createRandom(settings.seed)
  const ids = startIds(settings, labels, encoder, model.config.vocab, random)
  return methodOf(settings).initialise(probeOf(model, runner), settings, { ids, init: settings.init, random })
}

/** Token ids of the initialisation, one for each virtual token; `random` matches the scale of theirs. */
export function startIds(
  settings: TuneSettings,
  labels: readonly string[],
  encoder: Encoder,
  vocab: number,
  random = createRandom(settings.seed),
): number[] {
  return tiled(sources[settings.init](settings, labels, encoder, random, vocab), settings.tokens)
}

type Source = (
  settings: TuneSettings,
  labels: readonly string[],
  encoder: Encoder,
  random: Random,
  vocab: number,
) => readonly number[]

const sampled: Source = ({ tokens }, _, __, random, vocab) =>
  Array.from({ length: tokens }, () => random.integer(vocab))

const sources: { readonly [K in Initialisation]: Source } = {
  // As PEFT does: with special tokens.
  text: ({ initText }, _, { tokenizer }) => tokenizer.encodeWithSpecials(initText),
  // Without labels, where answers are generated, from the text.
  labels: ({ initText }, labels, encoder) =>
    labels.length === 0
      ? encoder.tokenizer.encodeWithSpecials(initText)
      : labels.flatMap((label) => encoder.answer(label)),
  vocab: sampled,
  // Random values get the scale of real tokens.
  random: sampled,
}

/** Repeats or truncates ids to a length. Without any ids it repeats token 0. */
const tiled = (ids: readonly number[], length: number): number[] =>
  Array.from({ length }, (_, i) => ids[i % Math.max(1, ids.length)] ?? 0)

function probeOf(model: PreparedModel, runner: InferenceRunner): ModelProbe {
  const { config } = model
  return {
    config,
    async embeddings(ids) {
      const rows = embed(config, weightsOf(model), input('ids', [1, ids.length], 'i64'))
      const session = await createSession(
        { outputs: { rows } },
        { weightsFolder: model.folder, provider: 'cpu', dialect: 'cpu', threads: 1 },
      )
      const result = await session.run({ ids: integers(ids, [1, ids.length]) })
      await session.release()
      return result['rows']?.data ?? new Float32Array()
    },
    async keysValues(ids) {
      const present = await runner.keysValues([ids], 0)
      const byToken = (name: string): Float32Array => {
        const { shape = [], data = new Float32Array() } = present[name] ?? {}
        return headsLast(data, shape[1] ?? 0, shape[2] ?? 0, shape[3] ?? 0)
      }
      return Array.from({ length: config.layers }, (_, l) => ({
        keys: byToken(`keys.${l}`),
        values: byToken(`values.${l}`),
      }))
    },
    weight(name) {
      const ref = model.weights[name]
      if (ref?.type !== 'F32') throw studioError('tuning/precision', model.name)
      return readWeight(model.folder, ref)
    },
  }
}

/** [heads, tokens, D] -> [tokens, heads, D] */
function headsLast(data: Float32Array, heads: number, tokens: number, width: number): Float32Array {
  const transposed = new Float32Array(data.length)
  for (let h = 0; h < heads; h++)
    for (let t = 0; t < tokens; t++) {
      const from = (h * tokens + t) * width
      transposed.set(data.subarray(from, from + width), (t * heads + h) * width)
    }
  return transposed
}
