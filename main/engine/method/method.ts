// What a tuning method is: named tensors, how they enter the network, how they start, and the parts they come down to.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Parts } from '../../contract/parts.ts'
import type { MethodDeclaration, SettingSpec, SettingValue } from '../../contract/setting-specs.ts'
import type { Initialisation, TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Dim, Node } from '../graph/node.ts'
import type { KeyValues } from '../network/attention.ts'
import type { LinearUpdates } from '../network/linear-update.ts'
import type { Random } from '../random.ts'
import type { VirtualTokens } from './virtual.ts'

export interface TensorSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** What is not trainable is stored beside it, unchanged. */
  readonly trainable: boolean
  /** Whether the first dim is the virtual token: gradients are then shown token by token. */
  readonly byToken?: boolean
}

/** How the method's tensors enter one graph. What is absent is not there. */
export interface Attachment {
  /** Virtual embeddings [P, H]; their place in each row is the layout's matter. */
  readonly embeddings?: Node
  /** Past keys and values of a layer: [batch, kvHeads, P, headDim]. */
  readonly past?: (layer: number) => KeyValues
  /** Updates of linear maps; the tokens that they act on are the layout's matter. */
  readonly updates?: LinearUpdates
}

/** What a frozen model can report about tokens, for initialisation. */
export interface ModelProbe {
  readonly config: DecoderConfig
  /** Embedding rows of ids, scaled as the network uses them: [ids, H]. */
  embeddings(ids: readonly number[]): Promise<Float32Array>
  /** Keys and values of ids at positions 0.., a layer each: [ids, kvHeads, headDim], keys rotated. */
  keysValues(ids: readonly number[]): Promise<readonly { keys: Float32Array; values: Float32Array }[]>
}

/** The P token ids of an initialisation, and the random numbers of the run's seed. */
export interface Start {
  readonly ids: readonly number[]
  readonly init: Initialisation
  readonly random: Random
}

/** What a method reads of a run's settings; those that it declares itself it finds beside them. */
export type MethodSettings = Pick<TuneSettings, 'tokens'>

export interface Method extends MethodDeclaration {
  /** How many virtual tokens its parts have with these settings. */
  virtual(settings: MethodSettings): VirtualTokens
  /** Whether its parts update linear maps. */
  readonly updatesLinears?: boolean
  tensors(config: DecoderConfig, settings: MethodSettings): readonly TensorSpec[]
  initialise(probe: ModelProbe, settings: MethodSettings, start: Start): Promise<NamedTensors>
  attach(config: DecoderConfig, inputs: (name: string) => Node, batch: Dim): Attachment
  /** The parts that the network reads, every scale, offset and projection worked in. */
  fold(tensors: NamedTensors): Parts
}

export const declares = ({ settings }: MethodDeclaration, name: string): boolean =>
  settings.some((spec) => spec.name === name)

/** The value of a setting that a method declares, or its default: settings of earlier versions may lack it. */
export const settingOf = (settings: object, { name, default: usual }: SettingSpec): SettingValue | undefined =>
  (settings as Readonly<Record<string, SettingValue | undefined>>)[name] ?? usual

/** Error: RangeError where a prompt lacks the tensor. */
export function tensorOf(tensors: NamedTensors, name: string): NamedTensors[string] {
  const found = tensors[name]
  if (found === undefined) throw new RangeError(`the prompt has no tensor ${name}`)
  return found
}
