// What an architecture declares: how it differs from the plain decoder, and how its files are read.
import type { DecoderConfig } from '../../../contract/model.ts'

export interface Architecture {
  /** `DecoderConfig.family` of its models. */
  readonly name: string
  /** Its name in sentences and lists. */
  readonly title: string
  /** Variations of the decoder's layers. */
  readonly traits: Pick<DecoderConfig, 'activation' | 'qkvBias' | 'qkNorm' | 'postNorms'>
  /** Factor of the embeddings, given the width of the hidden states. */
  readonly embeddingScale: (hidden: number) => number
  /** Base (theta) of the rotary embedding where a file states none. */
  readonly rotaryBase: number
  /** The same for layers with a sliding window; undefined = they rotate like all others. */
  readonly localRotaryBase: number | undefined
  readonly safetensors: Safetensors
  readonly gguf: Gguf
}

/** A folder of transformers: config.json and safetensors files. */
interface Safetensors {
  /** `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** Defaults of transformers for keys that config.json lacks: published files omit values that equal the default. */
  readonly defaults: Readonly<Record<string, number | boolean | string>>
  /** Which layers have a sliding window, where config.json gives its size without listing layers; undefined = none has. */
  readonly windowed: ((keys: WindowKeys) => (layer: number) => boolean) | undefined
  /** Added to stored norm weights; GGUF files already contain the sum. */
  readonly normOffset: number
  /** Names that the network's weight `name` may have in a file; the first that the file has is used. */
  readonly tensorNames: (name: string) => readonly string[]
  /** What config.json says of a model that the studio writes, beside the sizes that all have (model/write-folder.ts). */
  readonly described: (config: DecoderConfig) => Description
}

interface Description {
  /** Its class in transformers. */
  readonly architectures: readonly [string]
  readonly model_type: string
  readonly [key: string]: unknown
}

/** Keys of config.json that determine which layers are windowed. */
type WindowKeys = {
  readonly [K in 'max_window_layers' | 'sliding_window_pattern' | '_sliding_window_pattern']?: number | null | undefined
}

/** One file of llama.cpp's format. */
interface Gguf {
  /** `general.architecture`; of several that have it, the table's first one opens such files. */
  readonly architecture: string
  /** Whether query and key rows are in the order of interleaved rotary pairs. */
  readonly interleavedRotary: boolean
  /** Every n-th layer is global where a file gives only the window's size; undefined = such a file is refused. */
  readonly windowPattern: number | undefined
  /** Attention scores are divided by the square root of this. */
  readonly attentionWidth: (shape: Pick<DecoderConfig, 'layers' | 'hidden' | 'heads' | 'headDim'>) => number
  /** Names of a layer's weights in the file, by their names in the network. */
  readonly layerTensors: Readonly<Record<string, string>>
}
