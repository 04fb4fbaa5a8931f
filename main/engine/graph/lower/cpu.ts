// What the CPU provider has faster kernels for than the portable operators.
import type { LoweringTable } from './portable.ts'
import { portable } from './portable.ts'

export const cpu: LoweringTable = {
  ...portable,
  // x * sigmoid(x) in one pass.
  Silu: (emit, _, names) => emit.contributed('QuickGelu', names, { alpha: { float: 1 } }),
  // Transposes without copying, scales without a pass of its own.
  MatMul: (emit, at, names) => {
    const { transA, transB, alpha } = at.attributes
    if (!transA && !transB && alpha === 1) return emit.op('MatMul', names)
    return emit.contributed('FusedMatMul', names, {
      transA: { int: Number(transA) },
      transB: { int: Number(transB) },
      alpha: { float: alpha },
    })
  },
  RmsNorm: (emit, at, names) =>
    emit.op('SimplifiedLayerNormalization', names, { axis: { int: -1 }, epsilon: { float: at.attributes.eps } }),
}
