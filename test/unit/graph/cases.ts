// Test helper: random uses of every op. Total over the ops, so a new op without cases does not compile.
import fc, { type Arbitrary } from 'fast-check'
import type { Node, Op } from '../../../main/engine/graph/node.ts'
import * as ops from '../../../main/engine/graph/ops.ts'

export interface Operand {
  readonly shape: readonly number[]
  /** Values lie in [low, high), or with both signs where `signed`; ids are whole numbers. */
  readonly low: number
  readonly high: number
  readonly kind: 'plain' | 'signed' | 'ids'
}

/** One use of an op: what goes in, and how the node is made from it. */
export interface Case {
  readonly operands: readonly Operand[]
  readonly build: (...nodes: Node[]) => Node
}

export interface OpCases {
  /** Which of its inputs a gradient reaches. */
  readonly gradient: 'every input' | 'first input' | 'no gradient'
  readonly sample: Arbitrary<Case>
}

const size = fc.integer({ min: 1, max: 4 })
const shapes = (minRank: number, maxRank = 4): Arbitrary<number[]> =>
  fc.array(size, { minLength: minRank, maxLength: maxRank })
const plain = (shape: readonly number[], low = -2, high = 2): Operand => ({ shape, low, high, kind: 'plain' })
const signed = (shape: readonly number[]): Operand => ({ shape, low: 0.5, high: 2, kind: 'signed' })

/** A shape that NumPy stretches to the given one: leading dims dropped, others replaced by 1. */
const narrower = (shape: readonly number[], maxRank = shape.length): Arbitrary<number[]> =>
  fc
    .tuple(fc.integer({ min: 0, max: maxRank }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }))
    .map(([dropped, keeps]) => shape.slice(dropped).map((dim, i) => (keeps[i] === true ? dim : 1)))

const unary = (build: (x: Node) => Node, low = -2, high = 2): OpCases => ({
  gradient: 'every input',
  sample: shapes(0).map((shape) => ({ operands: [plain(shape, low, high)], build: build as Case['build'] })),
})

const binary = (build: (a: Node, b: Node) => Node, second: (shape: readonly number[]) => Operand = plain): OpCases => ({
  gradient: 'every input',
  sample: shapes(0)
    .chain((shape) =>
      fc.oneof(
        fc.tuple(fc.constant(shape), narrower(shape)),
        fc.tuple(narrower(shape), fc.constant(shape)),
        fc.tuple(narrower(shape), narrower(shape)),
      ),
    )
    .map(([a, b]) => ({ operands: [plain(a), second(b)], build: build as Case['build'] })),
})

const reduction = (build: (x: Node, axes: readonly number[]) => Node, gradient: OpCases['gradient']): OpCases => ({
  gradient,
  sample: shapes(1)
    .chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: 1 })))
    .map(([shape, axes]) => ({ operands: [plain(shape)], build: (x) => build(x as Node, axes) })),
})

const matmul: Arbitrary<Case> = fc
  .record({
    batch: shapes(0, 2),
    inner: fc.tuple(size, size, size),
    transA: fc.boolean(),
    transB: fc.boolean(),
    alpha: fc.constantFrom(1, 0.5, -2),
  })
  .chain((all) => fc.tuple(fc.constant(all), narrower(all.batch), narrower(all.batch)))
  .map(
    ([
      {
        inner: [m, k, n],
        transA,
        transB,
        alpha,
      },
      left,
      right,
    ]) => ({
      operands: [plain([...left, ...(transA ? [k, m] : [m, k])]), plain([...right, ...(transB ? [n, k] : [k, n])])],
      build: (a, b) => ops.matmul(a as Node, b as Node, { transA, transB, alpha }),
    }),
  )

const alongAxis = <T>(extra: Arbitrary<T>): Arbitrary<{ shape: number[]; axis: number; extra: T }> =>
  shapes(1).chain((shape) =>
    fc.record({ shape: fc.constant(shape), axis: fc.integer({ min: -shape.length, max: shape.length - 1 }), extra }),
  )
const at = (shape: readonly number[], axis: number): number => shape.at(axis) ?? 1
const resized = (shape: readonly number[], axis: number, dim: number): number[] => shape.with(axis, dim)

const rms = (build: (x: Node, gamma: Node, eps: number) => Node, withGamma: boolean): OpCases => ({
  gradient: 'every input',
  sample: fc
    .tuple(shapes(0, 3), fc.integer({ min: 2, max: 6 }), fc.constantFrom(1e-6, 1e-3, 0.5))
    .map(([lead, width, eps]) => ({
      operands: [signed([...lead, width]), ...(withGamma ? [plain([width])] : [])],
      build: (x, gamma) => build(x as Node, gamma as Node, eps),
    })),
})

const rotary: Arbitrary<Case> = fc
  .tuple(shapes(1, 3), fc.integer({ min: 1, max: 3 }))
  .chain(([lead, half]) => fc.tuple(fc.constant([...lead, 2 * half]), narrower([...lead, half])))
  .map(([shape, angles]) => ({
    operands: [plain(shape), plain(angles, -1, 1), plain(angles, -1, 1)],
    build: (x, c, s) => ops.rotary(x as Node, c as Node, s as Node),
  }))

/** The same factors, grouped differently before and behind. */
const reshape: Arbitrary<Case> = fc
  .array(size, { minLength: 1, maxLength: 5 })
  .chain((factors) => {
    const cuts = fc.array(fc.boolean(), { minLength: factors.length, maxLength: factors.length })
    return fc.tuple(fc.constant(factors), cuts, cuts)
  })
  .map(([factors, before, behind]) => {
    const grouped = (cut: readonly boolean[]): number[] =>
      factors.reduce<number[]>(
        (dims, factor, i) => (cut[i] === true || i === 0 ? [...dims, factor] : dims.with(-1, at(dims, -1) * factor)),
        [],
      )
    return { operands: [plain(grouped(before))], build: (x) => ops.reshape(x as Node, grouped(behind)) }
  })

export const cases: { readonly [K in Op]: OpCases | 'leaf' } = {
  Input: 'leaf',
  Weight: 'leaf',
  Quantised: 'leaf',
  Constant: 'leaf',
  Add: binary(ops.add),
  Sub: binary(ops.sub),
  Mul: binary(ops.mul),
  Div: binary(ops.div, signed),
  Neg: unary(ops.neg),
  Exp: unary(ops.exp),
  Log: unary(ops.log, 0.5, 3),
  Tanh: unary(ops.tanh),
  Sqrt: unary(ops.sqrt, 0.5, 3),
  Reciprocal: unary(ops.reciprocal, 0.7, 3),
  // Away from its kink at zero.
  Relu: {
    gradient: 'every input',
    sample: shapes(0).map((shape) => ({ operands: [signed(shape)], build: ops.relu as Case['build'] })),
  },
  Sigmoid: unary(ops.sigmoid),
  Silu: unary(ops.silu),
  Gelu: unary(ops.gelu),
  Cos: unary(ops.cos),
  Sin: unary(ops.sin),
  MatMul: { gradient: 'every input', sample: matmul },
  Softmax: {
    gradient: 'every input',
    sample: shapes(1).map((shape) => ({ operands: [plain(shape)], build: (x) => ops.softmax(x as Node) })),
  },
  ReduceSum: reduction(ops.reduceSum, 'every input'),
  ReduceMean: reduction(ops.reduceMean, 'every input'),
  ReduceMax: reduction(ops.reduceMax, 'no gradient'),
  RmsNorm: rms(ops.rmsNorm, true),
  RmsInverse: rms((x, _, eps) => ops.rmsInverse(x, eps), false),
  Rotary: { gradient: 'first input', sample: rotary },
  Reshape: { gradient: 'every input', sample: reshape },
  // Ranks 3 and up have permutations that are not their own inverse.
  Transpose: {
    gradient: 'every input',
    sample: shapes(3).chain((shape) => {
      const axes = [...shape.keys()]
      return fc.shuffledSubarray(axes, { minLength: axes.length }).map((perm) => ({
        operands: [plain(shape)],
        build: (x) => ops.transpose(x as Node, perm),
      }))
    }),
  },
  Concat: {
    gradient: 'every input',
    sample: alongAxis(fc.array(size, { minLength: 1, maxLength: 3 })).map(({ shape, axis, extra }) => ({
      operands: extra.map((length) => plain(resized(shape, axis, length))),
      build: (...parts) => ops.concat(parts, axis),
    })),
  },
  Slice: {
    gradient: 'every input',
    sample: alongAxis(fc.tuple(fc.integer({ min: 0, max: 2 }), size, fc.integer({ min: 0, max: 2 }))).map(
      ({ shape, axis, extra: [before, length, after] }) => ({
        operands: [plain(resized(shape, axis, before + length + after))],
        build: (x) => ops.slice(x as Node, axis, before, before + length),
      }),
    ),
  },
  Pad: {
    gradient: 'every input',
    sample: alongAxis(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))).map(
      ({ shape, axis, extra: [before, after] }) => ({
        operands: [plain(shape)],
        build: (x) => ops.pad(x as Node, axis, before, after),
      }),
    ),
  },
  Expand: {
    gradient: 'every input',
    sample: shapes(1)
      .chain((shape) => fc.tuple(fc.constant(shape), narrower(shape)))
      .map(([shape, from]) => ({ operands: [plain(from)], build: (x) => ops.expand(x as Node, shape) })),
  },
  Gather: {
    gradient: 'first input',
    sample: fc.tuple(shapes(1, 3), shapes(0, 2)).map(([table, ids]) => ({
      operands: [plain(table), { shape: ids, low: 0, high: at(table, 0), kind: 'ids' }],
      build: (rows, which) => ops.gather(rows as Node, which as Node),
    })),
  },
  ScatterAdd: {
    gradient: 'first input',
    sample: fc.tuple(shapes(0, 2), shapes(0, 2), size).map(([ids, rest, count]) => ({
      operands: [plain([...ids, ...rest]), { shape: ids, low: 0, high: count, kind: 'ids' }],
      build: (rows, which) => ops.scatterAdd(rows as Node, which as Node, count),
    })),
  },
  Float: {
    gradient: 'no gradient',
    sample: fc.tuple(shapes(1, 3), shapes(1, 3)).map(([rows, there]) => ({
      operands: [plain(rows), plain(there)],
      build: (x, y) => ops.float(x as Node, y as Node),
    })),
  },
  StopGradient: { ...unary(ops.stopGradient), gradient: 'no gradient' },
  WithGradient: {
    gradient: 'no gradient',
    sample: fc.tuple(shapes(0), shapes(0)).map(([value, other]) => ({
      operands: [plain(value), plain(other)],
      build: (x, y) => ops.withGradient(x as Node, [y as Node], (dy) => dy),
    })),
  },
}

/** The same cases in every run. */
export const casesOf = (op: Op, count: number): Case[] => {
  const found = cases[op]
  return found === 'leaf' ? [] : fc.sample(found.sample, { numRuns: count, seed: 20261123 })
}
