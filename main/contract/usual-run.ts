// The size of a usual run, to estimate a model's memory before there is a data set.

/** `texts` texts of `textTokens` tokens each have their keys and values cached. */
export const usualRun = { texts: 1000, textTokens: 32 } as const

/** Share of all memory that cached keys and values take at most, with the normal memory setting. */
export const cachedShare = 0.25

/**
 * Bytes of a run's process besides weights, activations and cached texts, as a pre-flight measures them: Node, ONNX
 * Runtime, the tokenizer and the graphs of all its sessions.
 */
export const runProcessBytes = 250e6
