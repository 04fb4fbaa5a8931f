// What an architecture says of itself: how it differs from the plain decoder, and how files of it are read.
import type { DecoderConfig } from '../../../contract/model.ts'

export interface Architecture {
  /** `DecoderConfig.family` of its models. */
  readonly name: string
  /** As people write it. */
  readonly title: string
  /** What the network does differently. */
  readonly traits: Pick<DecoderConfig, 'activation' | 'qkvBias' | 'qkNorm' | 'postNorms'>
  /** Factor of the embeddings, by the width of the hidden states. */
  readonly embeddingScale: (hidden: number) => number
  /** Base of the rotary embedding where a file states none. */
  readonly rotaryBase: number
  /** The same for layers with a sliding window; undefined = they rotate as all others do. */
  readonly localRotaryBase: number | undefined
  readonly safetensors: Safetensors
  readonly gguf: Gguf
}

/** A folder of transformers: config.json and safetensors files. */
interface Safetensors {
  /** `model_type` in config.json. */
  readonly modelTypes: readonly string[]
  /** What transformers takes where config.json is silent: published files leave out what equals it. */
  readonly defaults: Readonly<Record<string, number | boolean | string>>
  /** Layers with a sliding window where config.json states one without listing them; undefined = a window is never used. */
  readonly windowed: ((keys: WindowKeys) => (layer: number) => boolean) | undefined
  /** Added to stored norm weights; GGUF converters have added it already. */
  readonly normOffset: number
  /** Names that the weight which the network calls `name` may have in a file, the first that is there taken. */
  readonly tensorNames: (name: string) => readonly string[]
}

/** Keys of config.json from which windowed layers follow. */
type WindowKeys = {
  readonly [K in 'max_window_layers' | 'sliding_window_pattern' | '_sliding_window_pattern']?: number | null | undefined
}

/** One file of llama.cpp's format. */
interface Gguf {
  /** `general.architecture`; undefined = such models call themselves by another's name. */
  readonly architecture: string | undefined
  /** Whether query and key rows stand in the order of interleaved rotary pairs. */
  readonly interleavedRotary: boolean
  /** Layers from one global layer to the next where a file states a window alone; undefined = a window is never used. */
  readonly windowPattern: number | undefined
  /** Attention scores are divided by the square root of this. */
  readonly attentionWidth: (shape: Pick<DecoderConfig, 'layers' | 'hidden' | 'heads' | 'headDim'>) => number
  /** Names of a layer's weights, by what the network calls them. */
  readonly layerTensors: Readonly<Record<string, string>>
}
