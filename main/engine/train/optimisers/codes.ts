// Numbers as bytes by dynamic quantisation (Dettmers et al. 2022, "8-bit Optimizers via Block-wise Quantization"): seven
// decades below the largest one, with more values in the higher decades.

/** Elements that share a scale, the largest magnitude among them. */
export const blockSize = 256

export interface Codes {
  /** The value of each code, ascending, within [-1, 1]. */
  readonly values: Float32Array
  /** The code whose value is nearest to a number within [-1, 1]. */
  codeOf(value: number): number
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

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

export function dynamicCodes(signed: boolean): Codes {
  const values = valuesOf(signed)
  // A number above `ends[code]` has a higher code.
  const ends = Float64Array.from(values, (value, code) => (value + (values[code + 1] ?? Infinity)) / 2)
  const starts = startsOf(ends)
  return {
    values,
    codeOf(value) {
      float[0] = value
      let code = starts[(bits[0] as number) >>> 16] as number
      while (value > (ends[code] as number)) code++
      return code
    },
  }
}

/** The lowest code among the numbers that have the same upper 16 bits as float32: from there it is a step or two. */
function startsOf(ends: Float64Array): Uint8Array {
  return Uint8Array.from({ length: 1 << 16 }, (_, upper) => {
    const isNegative = upper >= 1 << 15
    // The smallest of them: of negative numbers the one with the largest magnitude.
    bits[0] = ((upper << 16) | (isNegative ? 0xffff : 0)) >>> 0
    const smallest = float[0] as number
    const code = ends.findIndex((end) => smallest <= end)
    return Math.max(0, code)
  })
}
