// Block-quantised weights without loss: the same integers, repacked for ONNX Runtime.
import type { WeightRef } from '../../../contract/model.ts'
import { type Blocked, blocked, isBlocked, splitBlocks } from '../dequantise.ts'
import { rowsAndColumns } from '../stored.ts'
import type { QuantScheme } from './scheme.ts'

export const blocks: QuantScheme = {
  name: 'blocks',
  parts(ref) {
    const type = typeOf(ref)
    const [rows, columns] = rowsAndColumns(ref.shape)
    const each = { type: 'f32', shape: [rows, columns / type.group, 1] } as const
    return {
      values: { type: isSmall(type) ? 'u4' : 'i8', shape: [rows, columns] },
      scales: each,
      ...(type.hasOffsets ? { zeros: each } : {}),
    }
  },
  writer(ref, write) {
    const type = typeOf(ref)
    return {
      async rows({ bytes, first, rows, columns }) {
        const { values, scales, zeros } = repacked(type, bytes, rows * columns)
        const begin = first * columns
        await write('values', values, isSmall(type) ? begin / 2 : begin)
        await write('scales', scales, (4 * begin) / type.group)
        if (type.hasOffsets) await write('zeros', zeros, (4 * begin) / type.group)
      },
      end: () => Promise.resolve(),
    }
  },
}

function typeOf({ type }: WeightRef): Blocked {
  if (!isBlocked(type)) throw new RangeError(`${type} has no blocks`)
  return blocked[type]
}

/** Whether 4 bits hold the type's integers. */
const isSmall = ({ min, max }: Blocked): boolean => max - min < 16

/** An element is scale * (integer - zero); 4-bit integers count from the type's lowest one, which is -8 without zeros. */
function repacked(type: Blocked, bytes: Uint8Array, elements: number) {
  const { group, min, hasOffsets } = type
  const small = isSmall(type)
  const values = new Uint8Array(small ? elements / 2 : elements)
  const scales = new Float32Array(elements / group)
  const zeros = new Float32Array(hasOffsets ? elements / group : 0)
  splitBlocks(type, bytes, (block, first) => {
    block.scales.forEach((scale, i) => {
      const at = first / group + i
      const offset = block.offsets[i] as number
      // A group of equal values has scale 0: its value goes into its zero point.
      const flat = hasOffsets && scale === 0
      if (flat) block.integers.fill(0, i * group, (i + 1) * group)
      scales[at] = flat ? 1 : scale
      if (hasOffsets) zeros[at] = -offset / (flat ? 1 : scale)
    })
    block.integers.forEach((integer, i) => {
      if (!small) values[first + i] = integer
      else if (i % 2 === 0) values[(first + i) / 2] = integer - min
      else values[(first + i - 1) / 2] = (values[(first + i - 1) / 2] as number) | ((integer - min) << 4)
    })
  })
  return { values, scales, zeros }
}
