// Picks the weights that a network needs out of a file's tensors, and refuses those that it would leave out.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, WeightRef } from '../../contract/model.ts'
import { storedBytes, storedType } from './dequantise.ts'
import { neededWeights } from './weights.ts'

/** A tensor as a file describes it: of any type, needed or not. */
export interface FoundTensor extends Omit<WeightRef, 'type'> {
  /** The type's name in the file's own words. */
  readonly type: string
}

/**
 * The needed weights with their types and shapes checked. Throws model/missing-weight, model/unsupported-type,
 * model/wrong-shape or model/damaged.
 */
export function collect(
  config: DecoderConfig,
  find: (name: string) => FoundTensor | undefined,
  spelled: (name: string) => string = (name) => name,
): Record<string, WeightRef> {
  const weights: Record<string, WeightRef> = {}
  for (const [name, shape] of neededWeights(config)) {
    const found = find(name)
    if (found === undefined) throw studioError('model/missing-weight', spelled(name))
    const type = storedType(found.type)
    if (type === undefined) throw studioError('model/unsupported-type', spelled(name), found.type)
    if (found.shape.join() !== shape.join())
      throw studioError('model/wrong-shape', spelled(name), `[${found.shape.join(', ')}]`, `[${shape.join(', ')}]`)
    if (storedBytes(type, shape.at(-1) ?? 1) === undefined)
      throw studioError('model/damaged', `rows of ${spelled(name)} are no whole blocks`)
    weights[name] = { ...found, type }
  }
  return weights
}

/** Tensors beside a text model's own that change nothing of it: other senses, buffers that are computed anew. */
const harmless: readonly RegExp[] = [
  // Frequencies, positions and masks that older libraries saved; the network computes its own.
  /(^|\.)rotary_emb(_local)?\.(inv_freq|original_inv_freq|cos_cached|sin_cached|position_ids)$/,
  /(^|\.)(embeddings|embed_tokens|model)\.position_ids$/,
  /^(model\.layers|blk)\.\d+\.(self_attn|attn)\.(masked_bias|mask)$/,
  /(^|\.)attn_rot_embd\.weight$/,
  // Towers for images and sound, and what leads from them into the text.
  /^(model\.)?(vision_tower|vision_model|visual|image_encoder|multi_modal_projector|mm_projector|image_newline)(\.|$)/,
  /^(model\.)?(audio_tower|audio_model|audio_encoder|audio_projector|embed_vision|embed_audio|vision_embed_tokens)(\.|$)/,
  /^(v|mm|a|resampler)\./,
]

/** Tensors of which a quantised weight consists in forms that the studio does not read. */
const quantised =
  /\.(qweight|qzeros|g_idx|scales|biases|weight_packed|weight_scale(_inv)?|absmax|quant_map|quant_state.*)$/

const isHarmless = (name: string): boolean => harmless.some((pattern) => pattern.test(name))

/** Throws model/quantised where the names say that weights are packed. */
export function refusePacked(names: readonly string[]): void {
  const packed = names.find((name) => quantised.test(name) && !isHarmless(name))
  if (packed !== undefined) throw studioError('model/quantised', `(${packed})`)
}

/** Throws model/unasked-weight where the file has tensors that the network leaves out although they would change its answers. */
export function refuseUnasked(names: Iterable<string>, isUsed: (name: string) => boolean, title: string): void {
  for (const name of names)
    if (!isUsed(name) && !isHarmless(name)) throw studioError('model/unasked-weight', name, title)
}
