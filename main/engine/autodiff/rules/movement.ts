// Derivatives of the ops that move elements: each is another movement.
import { pad, reshape, slice, transpose } from '../../graph/ops.ts'
import { sizeAt } from '../../graph/shape.ts'
import { operand, type RuleTable } from './rule.ts'

type Movement = 'Reshape' | 'Transpose' | 'Concat' | 'Slice' | 'Pad' | 'Expand' | 'Gather' | 'Float' | 'StopGradient'

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
  // Its gradient is a scatter, slow everywhere; nothing here tunes a whole table.
  Gather: 'forward-only',
  Float: 'forward-only',
  StopGradient: () => undefined,
}

function inverse(perm: readonly number[]): number[] {
  const back = new Array<number>(perm.length)
  perm.forEach((from, to) => (back[from] = to))
  return back
}
