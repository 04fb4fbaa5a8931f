// Rotates vectors by blocks, so that no element stands out: what is left can be rounded to 8 bits (QuaRot, Ashkboos et al. 2024).

/** Larger blocks spread outliers further and cost more. */
const most = 64

/** Elements that are rotated among each other, in vectors of that width. */
export function rotationSize(width: number): number {
  let size = 1
  while (size < most && width % (2 * size) === 0) size *= 2
  return size
}

/** Hadamard's matrix [size, size], orthonormal and symmetric: its own inverse. */
export function rotation(size: number): Float32Array {
  const matrix = new Float32Array(size * size)
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1
  rotate(matrix, size)
  return matrix
}

/** Rotates blocks of that size one after another, in place: row vectors times `rotation`. */
export function rotate(values: Float32Array, size: number): void {
  for (let span = 1; span < size; span *= 2)
    for (let start = 0; start < values.length; start += 2 * span)
      for (let i = start; i < start + span; i++) {
        const [a, b] = [values[i] as number, values[i + span] as number]
        values[i] = (a + b) * Math.SQRT1_2
        values[i + span] = (a - b) * Math.SQRT1_2
      }
}
