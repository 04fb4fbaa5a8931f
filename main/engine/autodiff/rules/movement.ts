// Derivatives of the ops that move elements: each is another movement.
import { gather, pad, reshape, scatterAdd, slice, transpose } from '../../graph/ops.ts'
import { sizeAt } from '../../graph/shape.ts'
import { operand, type RuleTable } from './rule.ts'

type Movement =
  | 'Reshape'
  | 'Transpose'
  | 'Concat'
  | 'Slice'
  | 'Pad'
  | 'Expand'
  | 'Gather'
  | 'ScatterAdd'
  | 'Float'
  | 'StopGradient'
  | 'WithGradient'

export const movementRules: RuleTable<Movement> = {
  Reshape: (at, dy) => reshape(dy, operand(at, 0).shape),
  Transpose: (at, dy) => transpose(dy, inverse(at.attributes.perm)),
  Concat: (at, dy, i) => {
    const { axis } = at.attributes
    const start = at.inputs.slice(0, i).reduce((sum, part) => sum + sizeAt(part.shape, axis), 0)
    return slice(dy, axis, start, start + sizeAt(operand(at, i).shape, axis))
  },
  Slice: (at, dy) => {
    const { axis, start, end } = at.attributes
    return pad(dy, axis, start, sizeAt(operand(at, 0).shape, axis) - end)
  },
  Pad: (at, dy) => {
    const { axis, before } = at.attributes
    return slice(dy, axis, before, before + sizeAt(operand(at, 0).shape, axis))
  },
  Expand: (_, dy) => dy,
  Gather: (at, dy, i) => (i === 0 ? scatterAdd(dy, operand(at, 1), sizeAt(operand(at, 0).shape, 0)) : undefined),
  ScatterAdd: (at, dy, i) => (i === 0 ? gather(dy, operand(at, 1)) : undefined),
  Float: 'forward-only',
  StopGradient: () => undefined,
  WithGradient: (at, dy, i) => (i === 0 ? undefined : at.attributes.gradient(dy, i - 1)),
}

function inverse(perm: readonly number[]): number[] {
  const back = new Array<number>(perm.length)
  perm.forEach((from, to) => (back[from] = to))
  return back
}
