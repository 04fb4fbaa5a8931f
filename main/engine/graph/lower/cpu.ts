// Ops for which the CPU provider has faster kernels than the portable operators.
import { dimAt } from '../shape.ts'
import type { Emitter } from './emitter.ts'
import type { LoweringTable } from './portable.ts'
import { portable } from './portable.ts'

export const cpu: LoweringTable = {
  ...portable,
  // x * sigmoid(x) in one pass.
  Silu: (emit, _, names) => emit.contributed('QuickGelu', names, { alpha: { float: 1 } }),
  // Transposes without a copy and scales without a further pass.
  MatMul: (emit, at, names) => {
    const { transA, transB, alpha } = at.attributes
    if (!transA && !transB && alpha === 1) return emit.op('MatMul', names)
    return emit.contributed('FusedMatMul', names, {
      transA: { int: Number(transA) },
      transB: { int: Number(transB) },
      alpha: { float: alpha },
    })
  },
  // One pass instead of seven. The kernel looks angles up by position, so each token of the batch is its own position.
  Rotary: (emit, at, names) => {
    const [x = '', cosines = '', sines = ''] = names
    const [of, angles] = at.inputs
    if (of?.shape.length !== 4 || angles?.shape.length !== 4 || dimAt(angles.shape, 1) !== 1)
      return portable.Rotary(emit, at, names)
    const half = dimAt(angles.shape, 3)
    const table = (each: string): string => emit.op('Reshape', [each, emit.integers([-1, Number(half)])])
    const isShared = dimAt(angles.shape, 0) === 1
    const positions = isShared ? emit.integers([0]) : everyToken(emit, cosines)
    return emit.contributed('RotaryEmbedding', [x, positions, table(cosines), table(sines)])
  },
  RmsNorm: (emit, at, names) =>
    emit.op('SimplifiedLayerNormalization', names, { axis: { int: -1 }, epsilon: { float: at.attributes.eps } }),
}

/** The index of each token in a batch [B, T], from the shape of angles [B, 1, T, _]. */
function everyToken(emit: Emitter, angles: string): string {
  const shape = emit.op('Shape', [angles], { start: { int: 0 }, end: { int: 3 } })
  const count = emit.op('ReduceProd', [shape], { keepdims: { int: 0 } })
  const scalar = (value: number): string => emit.op('Squeeze', [emit.integers([value])])
  const all = emit.op('Range', [scalar(0), count, scalar(1)])
  return emit.op('Reshape', [all, emit.op('Gather', [shape, emit.integers([0, 2])], { axis: { int: 0 } })])
}
