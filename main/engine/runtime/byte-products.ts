// Whether this CPU sums products of bytes exactly: measured once, with the kernel that products use.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Codes } from '../graph/lower/quantised/scheme.ts'
import { Emitter } from '../graph/lower/emitter.ts'
import { encodeModel } from '../graph/lower/onnx.ts'

/** Enough tokens for the kernel that takes many at once. */
const [tokens, width, columns] = [8, 64, 16]
/** The largest that bytes of either kind hold. */
const [unsigned, signed] = [255, 127]

let known: Promise<Codes> | undefined

/** How large the integers of a token may be beside 8-bit weights on this CPU. */
export const byteCodes = (): Promise<Codes> => (known ??= measuredCodes())

async function measuredCodes(): Promise<Codes> {
  const session = await InferenceSession.create(largestProducts(), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const x = new Tensor('float32', new Float32Array(tokens * width).fill(unsigned), [tokens, width])
  const { y } = await session.run({ x })
  await session.release()
  const isExact = (y?.data as Float32Array).every((sum) => sum === width * unsigned * signed)
  return isExact ? 127 : 63
}

function largestProducts(): Uint8Array {
  const emit = new Emitter()
  const data = new Uint8Array(width * columns).fill(signed)
  const weight = { name: 'w', dtype: 'i8', shape: [width, columns], data } as const
  const [one, zero] = [emit.number(1), emit.byte('u8', 0)]
  const inputs = [emit.cast('x', 'u8'), weight.name, one, one, zero, emit.byte('i8', 0)]
  emit.outputs({ y: emit.contributed('MatMulIntegerToFloat', inputs) })
  return encodeModel({
    nodes: emit.nodes,
    initializers: [...emit.initializers, weight],
    inputs: [{ name: 'x', dtype: 'f32', shape: [tokens, width] }],
    outputs: [{ name: 'y', dtype: 'f32', shape: [tokens, columns] }],
  })
}
