// Rotates vectors by blocks, so that no element stands out: what is left can be rounded to 8 bits (QuaRot, Ashkboos et al. 2024).

/** Larger blocks spread outliers further and cost more. */
const most = 64

/** Elements that are rotated among each other, in vectors of that width. */
export function rotationSize(width: number): number {
  let size = 1
  while (size < most && width % (2 * size) === 0) size *= 2
  return size
}

/** Hadamard's matrix [size, size] by Sylvester's construction, orthonormal and symmetric: its own inverse. */
export function rotation(size: number): Float32Array {
  const unit = 1 / Math.sqrt(size)
  return Float32Array.from({ length: size * size }, (_, i) => (isOdd(Math.floor(i / size) & (i % size)) ? -unit : unit))
}

/** Whether an odd number of bits is set. */
function isOdd(bits: number): boolean {
  let odd = false
  for (let rest = bits; rest > 0; rest &= rest - 1) odd = !odd
  return odd
}
