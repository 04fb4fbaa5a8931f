// Shape inference: what the ops' constructors need to know about dims.
import { studioError } from '../../contract/errors/index.ts'
import type { Dim, Shape } from './node.ts'

export const show = (shape: Shape): string => `[${shape.join(', ')}]`

export const fail = (op: string, ...shapes: Shape[]): Error =>
  studioError('graph/shape', op, shapes.map(show).join(' and '))

/** NumPy's rule: dims align from the right, a 1 stretches. A symbol equals only itself. */
export function broadcast(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i): Dim => {
    const left = a[a.length - rank + i] ?? 1
    const right = b[b.length - rank + i] ?? 1
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw fail(op, a, b)
  })
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i])

/** Counts an axis from the end where it is negative. */
export function axisOf(op: string, shape: Shape, axis: number): number {
  const at = axis < 0 ? axis + shape.length : axis
  if (at < 0 || at >= shape.length) throw fail(op, shape)
  return at
}

export function dimAt(shape: Shape, axis: number): Dim {
  const dim = shape[axis < 0 ? axis + shape.length : axis]
  if (dim === undefined) throw fail(`dim ${axis}`, shape)
  return dim
}

/** A dim that must be known when the graph is built. */
export function sizeAt(shape: Shape, axis: number): number {
  const dim = dimAt(shape, axis)
  if (typeof dim === 'string') throw fail(`static dim ${axis}`, shape)
  return dim
}

export const withDim = (shape: Shape, axis: number, dim: Dim): Shape => shape.map((old, i) => (i === axis ? dim : old))
