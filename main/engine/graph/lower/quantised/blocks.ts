// Block-quantised weights, 4 or 8 bits: dequantised where they are used, from the same bytes forward and backward.
import type { AttributeValue } from '../onnx.ts'
import { type Factor, type Scheme, type StoredWeight, deferUntil, type FactorInput } from './scheme.ts'

/** The zero point of 4-bit integers that have no `zeros`. */
const defaultZero = 8

export const blocks: Scheme = {
  product(stored, factor) {
    const isPacked = stored.part('values').type === 'u4' && factor.forward && factor.onCpu && factor.alpha === 1
    return isPacked ? byPacked(stored, factor) : factor.float(float(stored, factor))
  },
  whole: (stored, x) => float(stored, { x, forward: true }),
  rows(stored, ids, rank) {
    const { emit, part } = stored
    const some = (name: string): string => emit.op('Gather', [emit.mapped(part(name)), ids], { axis: { int: 0 } })
    if (part('values').type === 'u4') {
      const { count, size } = blocksOf(stored)
      const scales = emit.mapped({ ...part('scales'), shape: [stored.shape[0], count] })
      const attributes = { gather_axis: { int: 0 }, ...alongRows(size, 'quantize_axis') }
      const product = emit.contributed('GatherBlockQuantized', [emit.mapped(part('values')), ids, scales], attributes)
      return shifted(stored, product, rank, some)
    }
    return inBlocks(stored, emit.cast(some('values'), 'f32'), rank, (x) => scaled(stored, x, some))
  },
}

/** The name of a part's values, one for each block: [..., blocks, 1]. */
type OfBlocks = (name: string) => string

function blocksOf({ part, shape }: StoredWeight): { readonly count: number; readonly size: number } {
  const count = part('scales').shape[1] ?? 1
  return { count, size: shape[1] / count }
}

const alongRows = (size: number, axis: string): Record<string, AttributeValue> => ({
  [axis]: { int: 1 },
  block_size: { int: size },
})

/** The library's own kernel: as fast as float32, without the weight as float32 in the graph. */
function byPacked({ emit, part, has, shape }: StoredWeight, { x }: Factor): string {
  const [out, width] = shape
  const count = part('scales').shape[1] ?? 1
  const bytes = emit.mapped({ ...part('values'), type: 'u8', shape: [out, count, width / count / 2] })
  const flat = (name: string): string => emit.mapped({ ...part(name), shape: [out * count] })
  return emit.contributed('MatMulNBits', [x, bytes, flat('scales'), ...(has('zeros') ? [flat('zeros')] : [])], {
    N: { int: out },
    K: { int: width },
    bits: { int: 4 },
    block_size: { int: width / count },
  })
}

/** All of the weight as float32 [out, in]. */
function float(stored: StoredWeight, input: FactorInput): string {
  const { emit, part } = stored
  if (part('values').type === 'u4') return float4(stored, input)
  const values = deferUntil(stored, emit.mapped(part('values')), input)
  return inBlocks(stored, emit.cast(values, 'f32'), 1, (x) => scaled(stored, x, (name) => emit.mapped(part(name))))
}

function float4(stored: StoredWeight, input: FactorInput): string {
  const { emit, part, shape } = stored
  const { count, size } = blocksOf(stored)
  const flat = emit.mapped({ ...part('scales'), shape: [shape[0], count] })
  const scales = deferUntil(stored, flat, input, size)
  const product = emit.op('DequantizeLinear', [emit.mapped(part('values')), scales], alongRows(size, 'axis'))
  const columns = emit.op('Reshape', [scales, emit.integers([shape[0], count, 1])])
  return shifted(stored, product, 1, (name) => (name === 'scales' ? columns : emit.mapped(part(name))))
}

/** Scaled integers less their scaled zero points. */
function shifted(stored: StoredWeight, product: string, rank: number, ofBlocks: OfBlocks): string {
  const { emit, has } = stored
  const shift = emit.op('Mul', [ofBlocks('scales'), has('zeros') ? ofBlocks('zeros') : emit.number(defaultZero)])
  return inBlocks(stored, product, rank, (x) => emit.op('Sub', [x, shift]))
}

/** Integers, already float32, to the values that they stand for. */
function scaled({ emit, has }: StoredWeight, integers: string, ofBlocks: OfBlocks): string {
  const centred = has('zeros') ? emit.op('Sub', [integers, ofBlocks('zeros')]) : integers
  return emit.op('Mul', [centred, ofBlocks('scales')])
}

/** Applies `change` to x [..., in] as [..., blocks, elements]; `rank` dims precede the last one. */
function inBlocks(stored: StoredWeight, x: string, rank: number, change: (x: string) => string): string {
  const { emit, shape } = stored
  const { count, size } = blocksOf(stored)
  const before = Array.from({ length: rank }, () => 0)
  const apart = emit.op('Reshape', [x, emit.integers([...before, count, size])])
  return emit.op('Reshape', [change(apart), emit.integers([...before, shape[1]])])
}
