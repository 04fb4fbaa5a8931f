// Block-quantised weights, 4 or 8 bits: made float32 where they are used, from the same bytes forwards and backwards.
import type { AttributeValue } from '../onnx.ts'
import { type Factor, type Scheme, type StoredWeight, onceThere, type There } from './scheme.ts'

/** The 4-bit integer that stands for zero where no zeros are kept. */
const middle = 8

export const blocks: Scheme = {
  product(kept, factor) {
    const isPacked = kept.part('values').type === 'u4' && factor.forward && factor.onCpu && factor.alpha === 1
    return isPacked ? byPacked(kept, factor) : factor.float(float(kept, factor))
  },
  whole: (kept, x) => float(kept, { x, forward: true }),
  rows(kept, ids, rank) {
    const { emit, part } = kept
    const some = (name: string): string => emit.op('Gather', [emit.mapped(part(name)), ids], { axis: { int: 0 } })
    if (part('values').type === 'u4') {
      const { count, size } = blocksOf(kept)
      const scales = emit.mapped({ ...part('scales'), shape: [kept.shape[0], count] })
      const attributes = { gather_axis: { int: 0 }, ...alongRows(size, 'quantize_axis') }
      const product = emit.contributed('GatherBlockQuantized', [emit.mapped(part('values')), ids, scales], attributes)
      return shifted(kept, product, rank, some)
    }
    return inBlocks(kept, emit.cast(some('values'), 'f32'), rank, (x) => scaled(kept, x, some))
  },
}

/** Names a part of every block, [..., blocks, 1]. */
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
function float(kept: StoredWeight, there: There): string {
  const { emit, part } = kept
  if (part('values').type === 'u4') return float4(kept, there)
  const values = onceThere(kept, emit.mapped(part('values')), there)
  return inBlocks(kept, emit.cast(values, 'f32'), 1, (x) => scaled(kept, x, (name) => emit.mapped(part(name))))
}

function float4(kept: StoredWeight, there: There): string {
  const { emit, part, shape } = kept
  const { count, size } = blocksOf(kept)
  const flat = emit.mapped({ ...part('scales'), shape: [shape[0], count] })
  const scales = onceThere(kept, flat, there, size)
  const product = emit.op('DequantizeLinear', [emit.mapped(part('values')), scales], alongRows(size, 'axis'))
  const columns = emit.op('Reshape', [scales, emit.integers([shape[0], count, 1])])
  return shifted(kept, product, 1, (name) => (name === 'scales' ? columns : emit.mapped(part(name))))
}

/** Integers times their scales, moved by their zeros. */
function shifted(kept: StoredWeight, product: string, rank: number, ofBlocks: OfBlocks): string {
  const { emit, has } = kept
  const shift = emit.op('Mul', [ofBlocks('scales'), has('zeros') ? ofBlocks('zeros') : emit.number(middle)])
  return inBlocks(kept, product, rank, (x) => emit.op('Sub', [x, shift]))
}

/** Integers as float32 to what they stand for. */
function scaled({ emit, has }: StoredWeight, integers: string, ofBlocks: OfBlocks): string {
  const centred = has('zeros') ? emit.op('Sub', [integers, ofBlocks('zeros')]) : integers
  return emit.op('Mul', [centred, ofBlocks('scales')])
}

/** x [..., in] as [..., blocks, elements], changed and back; `rank` dims stand before. */
function inBlocks(kept: StoredWeight, x: string, rank: number, change: (x: string) => string): string {
  const { emit, shape } = kept
  const { count, size } = blocksOf(kept)
  const before = Array.from({ length: rank }, () => 0)
  const apart = emit.op('Reshape', [x, emit.integers([...before, count, size])])
  return emit.op('Reshape', [change(apart), emit.integers([...before, shape[1]])])
}
