// The graph's nodes: frozen, single-output, with inferred shapes. A graph is whatever its outputs reach.
import type { QuantisedWeight } from '../../contract/model.ts'

/** A size known when the graph is built, or the name of one that is only known when it runs. */
export type Dim = number | string
export type Shape = readonly Dim[]
export type DType = 'f32' | 'i64'

type None = Readonly<Record<never, never>>

/** Rows start (inclusive) to end (exclusive) of an input. */
export interface RowRange {
  readonly of: string
  readonly start: number
  readonly end: number
}

/** What each op carries besides its inputs. This is the list of all ops. */
export interface Attributes {
  // leaves
  /** `rows`: where it holds some rows of another input, those rows. */
  Input: { readonly name: string; readonly rows?: RowRange }
  /** Bytes in a file that ONNX Runtime maps; `file` is a base name within the session's weights folder. */
  Weight: { readonly name: string; readonly file: string; readonly offset: number; readonly bytes: number }
  /** A quantised weight, float32 to the nodes that use it: the right factor of a product, or a table. */
  Quantised: { readonly name: string; readonly weight: QuantisedWeight }
  Constant: { readonly data: Float32Array | BigInt64Array }
  // elementwise, with NumPy broadcasting
  Add: None
  Sub: None
  Mul: None
  Div: None
  Neg: None
  Exp: None
  Log: None
  Tanh: None
  Sqrt: None
  Reciprocal: None
  Relu: None
  Sigmoid: None
  Silu: None
  /** The tanh form, as Gemma uses it. */
  Gelu: None
  Cos: None
  Sin: None
  // products
  /** alpha * op(a) op(b), batched over the leading dims; op transposes the last two dims where asked. */
  MatMul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number }
  // along dims
  /** Over the last dim. */
  Softmax: None
  /** Reductions keep their dims as 1. */
  ReduceSum: { readonly axes: readonly number[] }
  ReduceMean: { readonly axes: readonly number[] }
  ReduceMax: { readonly axes: readonly number[] }
  // of a transformer
  /** x / rms(x) * weight over the last dim. Inputs: x, weight. */
  RmsNorm: { readonly eps: number }
  /** 1 / rms(x) over the last dim, kept as 1. */
  RmsInverse: { readonly eps: number }
  /** Half-split rotary embedding. Inputs: x [..., D], cos and sin [..., D/2]. */
  Rotary: None
  // movement
  Reshape: None
  Transpose: { readonly perm: readonly number[] }
  Concat: { readonly axis: number }
  Slice: { readonly axis: number; readonly start: number; readonly end: number }
  /** Adds zeros before and after along one dim. */
  Pad: { readonly axis: number; readonly before: number; readonly after: number }
  Expand: None
  /** Rows of a table. Inputs: table [V, ...], ids i64. */
  Gather: None
  /** The derivative of Gather: rows added up in a table of zeros. Inputs: rows [...ids, ...], ids i64. */
  ScatterAdd: None
  /** A weight as float32, dequantised once its second input is computed; for several uses in a row. */
  Float: None
  /** The identity, with gradient zero. */
  StopGradient: None
  /**
   * Its first input, with the gradients of the others by a function of their own, given what arrives at the result and which
   * of them is meant (as `custom_vjp` in JAX). The function's nodes are never recomputed: it must not lie between two checkpoints.
   */
  WithGradient: { readonly gradient: (dy: Node, i: number) => Node }
}

export type Op = keyof Attributes

export interface Node<K extends Op = Op> {
  readonly op: K
  readonly inputs: readonly Node[]
  readonly attributes: Attributes[K]
  readonly shape: Shape
  readonly dtype: DType
}

/** A graph ready to lower: its results by name. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Node>>
}

export function node<K extends Op>(
  op: K,
  inputs: readonly Node[],
  attributes: Attributes[K],
  shape: Shape,
  dtype: DType = 'f32',
): Node<K> {
  const made: Node<K> = { op, inputs: Object.freeze([...inputs]), attributes, shape: Object.freeze([...shape]), dtype }
  Object.freeze(attributes)
  return Object.freeze(made)
}

export const isOp = <K extends Op>(candidate: Node, op: K): candidate is Node<K> => (candidate.op as Op) === op

/** Every node that the given ones reach, inputs before users. Iterative: a deep network would exhaust the stack. */
export function topological(outputs: readonly Node[]): Node[] {
  const order: Node[] = []
  const entered = new Set<Node>()
  const stack: { at: Node; next: number }[] = []
  const enter = (at: Node): void => {
    if (entered.has(at)) return
    entered.add(at)
    stack.push({ at, next: 0 })
  }
  for (const output of outputs) {
    enter(output)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.at.inputs[top.next++]
      if (input !== undefined) enter(input)
      else {
        order.push(top.at)
        stack.pop()
      }
    }
  }
  return order
}
