// Numbers as bytes by dynamic quantisation (Dettmers et al. 2022, "8-bit Optimizers via Block-wise Quantization"): seven
// decades below the largest one, with more values in the higher decades.

/** Elements that share a scale, the largest magnitude among them. */
export const blockSize = 256

export interface Codes {
  /** The value of each code, ascending, within [-1, 1]. */
  readonly values: Float32Array
  /**
   * Writes the codes of the first `length` numbers of `block`, divided by their scale, from `to[start]` on, each the nearest,
   * and gives the scale. Without signs, a number above zero never becomes zero: it may be divided by.
   */
  encode(block: Float32Array, length: number, to: Uint8Array, start: number): number
}

const decades = 7

/** As bitsandbytes' `create_dynamic_map`: in decade i, 2^i values of each sign (2^(i + 1) without signs), and 0 and 1. */
function valuesOf(signed: boolean): Float32Array {
  const values = [0, 1]
  for (let i = 0; i < decades; i++) {
    const count = 2 ** (signed ? i : i + 1)
    const unit = 10 ** (i - decades + 1)
    for (let k = 0; k < count; k++) {
      const middle = unit * (0.1 + (0.9 * (k + 0.5)) / count)
      values.push(middle)
      if (signed) values.push(-middle)
    }
  }
  return Float32Array.from(values).sort()
}

/** The numbers of a block within [-1, 1], and their bits. */
const unit = new Float32Array(blockSize)
const bits = new Uint32Array(unit.buffer)

export function dynamicCodes(signed: boolean): Codes {
  const values = valuesOf(signed)
  // A number above `ends[code]` has a higher code.
  const ends = Float32Array.from(values, (value, code) => (value + (values[code + 1] ?? Infinity)) / 2)
  if (!signed) ends[0] = 0
  const starts = startsOf(ends)
  return {
    values,
    encode(block, length, to, start) {
      let largest = 0
      for (let i = 0; i < length; i++) {
        const value = block[i] as number
        if (value > largest) largest = value
        else if (-value > largest) largest = -value
      }
      const inverse = largest > 0 ? 1 / largest : 0
      for (let i = 0; i < length; i++) unit[i] = (block[i] as number) * inverse
      for (let i = 0; i < length; i++) {
        const code = starts[(bits[i] as number) >>> 16] as number
        to[start + i] = code + Number((unit[i] as number) > (ends[code] as number))
      }
      return largest
    },
  }
}

/** The lowest code among the numbers that have the same upper 16 bits as float32: they are too near each other to have three. */
function startsOf(ends: Float32Array): Uint8Array {
  const starts = new Uint8Array(1 << 16)
  for (let upper = 0; upper < starts.length; upper++) {
    // The smallest of them: of negative numbers the one with the largest magnitude.
    bits[0] = ((upper << 16) | (upper >= 1 << 15 ? 0xffff : 0)) >>> 0
    const smallest = unit[0] as number
    starts[upper] = Math.max(
      0,
      ends.findIndex((end) => smallest <= end),
    )
  }
  return starts
}
