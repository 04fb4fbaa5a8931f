// A run of the usual size, by which the memory that a model needs is estimated before there is a data set.

/** `texts` texts of `textTokens` tokens each have their keys and values cached. */
export const usualRun = { texts: 1000, textTokens: 32 } as const

/** Share of all memory that cached keys and values take at most, where memory is not short. */
export const cachedShare = 0.25

/**
 * Bytes of a run's process beside weights, activations and cached texts, as a pre-flight measures them: Node, ONNX
 * Runtime, the tokenizer and the graphs of all its sessions.
 */
export const runProcessBytes = 250e6
