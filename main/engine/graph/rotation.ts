// Rotates vectors block by block to spread outliers, so that they can be rounded to 8 bits (QuaRot, Ashkboos et al. 2024).

/** Elements of a block at most: larger blocks spread outliers further and cost more. */
const maxBlock = 64

/** Size of the blocks that vectors of a width are rotated in. */
export function rotationSize(width: number): number {
  let size = 1
  while (size < maxBlock && width % (2 * size) === 0) size *= 2
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
