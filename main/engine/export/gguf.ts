// The adapter that llama.cpp loads beside a model's GGUF: LoRA, or activated LoRA where it acts on the tail alone.
import { studioError } from '../../contract/errors/index.ts'
import type { PlacedUpdate } from '../../contract/parts.ts'
import { fileName } from '../../contract/names.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { methodInText } from '../../contract/words/settings.ts'
import { methodOf } from '../method/index.ts'
import { ggufName } from '../model/weights.ts'
import { type Architecture, architectures } from '../network/architectures/index.ts'
import { linearPath } from '../network/linear-update.ts'
import { baseName, card } from './card.ts'
import type { Exported, Files } from './format.ts'
import { type GgufValue, ggufFile } from './gguf-file.ts'
import { behindFirst } from './invocation.ts'
import { kindOf } from './kind.ts'
import { meaningFile } from './meaning.ts'

/** Errors: 'export/parts', 'export/tail', 'export/short-tail'. */
export function gguf(exported: Exported): Files {
  const { name, prompt, config } = exported
  const { settings, tensors } = prompt
  const architecture = architectures.find((each) => each.name === config.family)
  if (kindOf(settings) !== 'low-rank' || !architecture)
    throw studioError('export/parts', 'A GGUF adapter', methodInText(settings.method), 'LoRA or tail LoRA')
  const { updates = [] } = methodOf(settings).fold(tensors, settings)
  const adapter = ggufFile(metadataOf(exported, updates, architecture), tensorsOf(exported, updates, architecture))
  return {
    [fileName(name, '.gguf')]: adapter,
    'softprompt.json': meaningFile(exported),
    'README.md': card(exported, 'llama.cpp'),
  }
}

/** Whether llama.cpp has something that acts as the method's parts do: a tail begins one token before it is found. */
export const ggufTakes = (settings: TuneSettings): boolean =>
  kindOf(settings) === 'low-rank' && (settings.placement === 'start' || settings.tail > 1)

/** llama.cpp multiplies an update by alpha / r. */
function metadataOf(
  exported: Exported,
  updates: readonly PlacedUpdate[],
  { gguf }: Architecture,
): Record<string, GgufValue> {
  const { name, model, prompt } = exported
  const { a, scale = 1 } = updates[0]?.lowRank ?? {}
  return {
    'general.type': { string: 'adapter' },
    'general.architecture': { string: gguf.architecture },
    'general.name': { string: name },
    'general.base_model.count': { uint32: 1 },
    'general.base_model.0.name': { string: baseName(model) },
    'adapter.type': { string: 'lora' },
    'adapter.lora.alpha': { float32: scale * (a?.shape[0] ?? 0) },
    ...(prompt.settings.placement === 'start'
      ? {}
      : { 'adapter.alora.invocation_tokens': { uint32s: behindFirst(exported) } }),
  }
}

const tensorsOf = (
  { config }: Exported,
  updates: readonly PlacedUpdate[],
  { gguf: { layerTensors, interleavedRotary } }: Architecture,
): NamedTensors =>
  Object.fromEntries(
    updates.flatMap((update) => {
      const { lowRank, linear } = update
      if (!lowRank) return []
      const name = ggufName(`${linearPath(update)}.weight`, layerTensors)
      const isRotated = interleavedRotary && (linear === 'q_proj' || linear === 'k_proj')
      return [
        [`${name}.lora_a`, lowRank.a] as const,
        [`${name}.lora_b`, isRotated ? interleaved(lowRank.b, config.headDim) : lowRank.b] as const,
      ]
    }),
  )

/** Rows in the order of llama.cpp's rotary pairs: row j of a head's first half at 2 j, of its second half at 2 j + 1. */
function interleaved({ shape, data }: Tensor, headDim: number): Tensor {
  const width = shape[1] ?? 0
  const moved = new Float32Array(data.length)
  for (let row = 0; row * width < data.length; row++) {
    const inHead = row % headDim
    const to = row - inHead + ((2 * inHead) % headDim) + (inHead < headDim / 2 ? 0 : 1)
    moved.set(data.subarray(row * width, (row + 1) * width), to * width)
  }
  return { shape, data: moved }
}
