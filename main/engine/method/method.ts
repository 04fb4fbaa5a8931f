// What a tuning method is: named tensors, how they enter the network, how they start, what they come down to.
import type { DecoderConfig } from '../../contract/model.ts'
import type { PlainPrompt } from '../../contract/prompt.ts'
import type { Initialisation, MethodName, Placement, TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Dim, Node } from '../graph/node.ts'
import type { KeyValues } from '../network/attention.ts'
import type { LinearHook } from '../network/block.ts'
import type { Random } from '../random.ts'

export interface TensorSpec {
  readonly name: string
  /** A trainable tensor's first dim is the virtual token. */
  readonly shape: readonly number[]
  /** What is not trainable is kept beside it, unchanged. */
  readonly trainable: boolean
}

/** How the method's tensors enter one graph. */
export interface Attachment {
  /** Virtual tokens as embedding rows [P, H]; their place in each row is the layout's matter. */
  readonly rows?: Node
  /** Keys and values before all tokens: [batch, kvHeads, P, headDim]. */
  readonly past?: (layer: number) => KeyValues
  readonly linearHook?: LinearHook
}

/** What a frozen model can tell about tokens, for initialisation. */
export interface ModelProbe {
  readonly config: DecoderConfig
  /** Embedding rows of ids, scaled as the network uses them: [ids, H]. */
  embeddings(ids: readonly number[]): Promise<Float32Array>
  /** Keys and values of ids read from position 0, a layer each: [ids, kvHeads, headDim], keys rotated. */
  keysValues(ids: readonly number[]): Promise<readonly { keys: Float32Array; values: Float32Array }[]>
}

/** The P token ids that stand behind an initialisation, and chance where it needs some. */
export interface Start {
  readonly ids: readonly number[]
  readonly init: Initialisation
  readonly random: Random
}

export interface Method {
  readonly name: MethodName
  readonly placements: readonly Placement[]
  /** Virtual tokens that stand among the row's own tokens (prompt) or before them as a past (prefix). */
  readonly kind: 'rows' | 'past'
  tensors(config: DecoderConfig, settings: Pick<TuneSettings, 'tokens'>): readonly TensorSpec[]
  initialise(probe: ModelProbe, settings: Pick<TuneSettings, 'tokens'>, start: Start): Promise<NamedTensors>
  attach(config: DecoderConfig, inputs: (name: string) => Node, batch: Dim): Attachment
  /** The prompt as other software knows it, every scale and offset worked in. */
  fold(tensors: NamedTensors): PlainPrompt
}

export function tensorOf(tensors: NamedTensors, name: string): NamedTensors[string] {
  const found = tensors[name]
  if (found === undefined) throw new RangeError(`the prompt has no tensor ${name}`)
  return found
}
