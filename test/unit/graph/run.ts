// Test helper: evaluates nodes in real ONNX Runtime, with values from a seed.
import { elements, type Feeds, type Tensor } from '../../../main/contract/tensor.ts'
import type { Dialect } from '../../../main/engine/graph/lower/index.ts'
import type { Node } from '../../../main/engine/graph/node.ts'
import { createSession, type Session } from '../../../main/engine/runtime/session.ts'

export const open = (
  outputs: Readonly<Record<string, Node>>,
  dialect: Dialect = 'cpu',
  weightsFolder?: string,
): Promise<Session> => createSession({ outputs }, { weightsFolder, provider: 'cpu', dialect, threads: 1 })

/** Results by name of one run. */
export async function evaluate(
  outputs: Readonly<Record<string, Node>>,
  feeds: Feeds = {},
  dialect: Dialect = 'cpu',
): Promise<Record<string, Tensor>> {
  const session = await open(outputs, dialect)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

/** The numbers of a generator of George Marsaglia's xorshift family, in [0, 1). */
export function uniform(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export function tensor(shape: readonly number[], next: () => number): Tensor {
  return { shape, data: Float32Array.from({ length: elements(shape) }, next) }
}

/** ||a - b|| / ||b||; the plain norm of a where b is zero. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0]
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? NaN) - (b[i] ?? NaN)) ** 2
    size += (b[i] ?? NaN) ** 2
  }
  return Math.sqrt(difference) / (Math.sqrt(size) || 1)
}
