// The interface of a tuning method: its tensors, how they are initialised and attached, and the parts they fold into.
import type { DecoderConfig } from '../../contract/model.ts'
import type { Parts } from '../../contract/parts.ts'
import type { MethodDeclaration, SettingSpec } from '../../contract/setting-specs.ts'
import { type Initialisation, precisionNames, type TuneSettings } from '../../contract/settings.ts'
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Dim, Node } from '../graph/node.ts'
import type { KeyValues } from '../network/attention.ts'
import type { LinearUpdates } from '../network/linear-update.ts'
import type { Random } from '../random.ts'
import type { VirtualTokens } from './virtual.ts'

export interface TensorSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** False for constants that are stored beside the trainable tensors. */
  readonly trainable: boolean
  /** Whether the first dim is the virtual token, so that gradient norms can be reported token by token. */
  readonly byToken?: boolean
  /** Factor of the learning rate, where tensors of several kinds are trained together (as LoRA+ has it, Hayou et al. 2024). */
  readonly rate?: number
}

/** How the method's tensors enter one graph. */
export interface Attachment {
  /** Virtual embeddings [P, H]; the layout decides their place in each row. */
  readonly embeddings?: Node
  /** Past keys and values of a layer: [batch, kvHeads, P, headDim]. */
  readonly past?: (layer: number) => KeyValues
  /** Updates of linear maps; the layout decides the tokens that they act on. */
  readonly updates?: LinearUpdates
  /** Weights in place of the model's own, by their names. */
  readonly weights?: (name: string) => Node | undefined
}

/** The graph to which a method's tensors are attached. */
export interface GraphSize {
  readonly config: DecoderConfig
  readonly batch: Dim
}

/** What initialisation can compute with the frozen model. */
export interface ModelProbe {
  readonly config: DecoderConfig
  /** Embeddings of ids, multiplied by the architecture's embedding scale: [ids, H]. */
  embeddings(ids: readonly number[]): Promise<Float32Array>
  /** Keys (rotated) and values of ids at positions 0.., one entry per layer: [ids, kvHeads, headDim]. */
  keysValues(ids: readonly number[]): Promise<readonly { keys: Float32Array; values: Float32Array }[]>
  /** A weight of the model, in a new array. Error: 'tuning/precision' where it is not stored as float32. */
  weight(name: string): Promise<Float32Array>
}

/** The P token ids of an initialisation, and the generator of the run's random seed. */
export interface Start {
  readonly ids: readonly number[]
  readonly init: Initialisation
  readonly random: Random
}

/** Settings that every method reads; the settings that a method declares itself are beside them at run time. */
export type MethodSettings = Pick<TuneSettings, 'tokens'>

/** Updates of linear maps by a low-rank matrix, by factors of their inputs or outputs, or by biases. */
export type UpdateKind = 'low-rank' | 'factors' | 'biases'

export interface Method extends MethodDeclaration {
  /** The numbers of virtual tokens of its parts with these settings. */
  virtual(settings: MethodSettings): VirtualTokens
  /** What updates linear maps among its parts. */
  readonly updates?: UpdateKind
  tensors(config: DecoderConfig, settings: MethodSettings): readonly TensorSpec[]
  initialise(probe: ModelProbe, settings: MethodSettings, start: Start): Promise<NamedTensors>
  attach(inputs: (name: string) => Node, graph: GraphSize, settings: MethodSettings): Attachment
  /** The parts, with every scale, offset and projection applied. Error: RangeError where a tensor is missing. */
  fold(tensors: NamedTensors, settings: MethodSettings): Parts
}

export const declares = ({ settings }: MethodDeclaration, name: string): boolean =>
  settings.some((spec) => spec.name === name)

/** Precisions of the base model that a method can work with. */
export function precisionsOf({ settings }: MethodDeclaration): readonly string[] {
  const own = settings.find(({ name }) => name === 'precision')
  return own?.kind === 'choice' ? own.values : precisionNames
}

/** A number that a method declares among its settings, or its default where a run of an earlier version lacks it. */
export function numberOf(settings: object, { name, default: usual }: NumberSpec): number {
  const value = new Map<string, unknown>(Object.entries(settings)).get(name)
  return typeof value === 'number' ? value : usual
}

type NumberSpec = Pick<SettingSpec, 'name'> & { readonly default: number }

/** The chosen values of a list that a method declares among its settings, in the declared order. */
export function listOf<T extends string>(
  settings: object,
  { name, values, default: usual }: ListSpec<T>,
): readonly T[] {
  const value = new Map<string, unknown>(Object.entries(settings)).get(name)
  const chosen = new Set((typeof value === 'string' ? value : usual).split(','))
  return values.filter((each) => chosen.has(each))
}

interface ListSpec<T extends string> extends Pick<SettingSpec, 'name'> {
  readonly values: readonly T[]
  readonly default: string
}

/** Error: RangeError where a prompt lacks the tensor. */
export function tensorOf(tensors: NamedTensors, name: string): NamedTensors[string] {
  const found = tensors[name]
  if (found === undefined) throw new RangeError(`the prompt has no tensor ${name}`)
  return found
}
