// Sizes of a prompt's linear updates, linear map by linear map.
import type { UpdateSize } from '../../contract/inspection.ts'
import { linearNames, type LinearUpdate, type PlacedUpdate } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'

/** Root mean squares over all layers, one entry for each linear map that has updates, in the order of `linearNames`. */
export const updateSizes = (updates: readonly PlacedUpdate[]): UpdateSize[] =>
  linearNames.flatMap((linear) => {
    const own = updates.filter((update) => update.linear === linear)
    if (own.length === 0) return []
    return [
      {
        linear,
        weights: rootMean(own.map(meanSquareOfProduct)),
        factors: rootMean(own.flatMap(({ inputScale, outputScale }) => [inputScale, outputScale].map(fromOne))),
        bias: rootMean(own.map(({ bias }) => meanSquare(bias, 0))),
      },
    ]
  })

const rootMean = (squares: readonly number[]): number =>
  Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / Math.max(1, squares.length))

const meanSquare = (tensor: Tensor | undefined, from: number): number =>
  tensor ? tensor.data.reduce((sum, value) => sum + (value - from) ** 2, 0) / Math.max(1, tensor.data.length) : 0

const fromOne = (factors: Tensor | undefined): number => meanSquare(factors, 1)

/** Mean square of scale * b a [out, in], as the trace of (a a') (b' b) without computing the product. */
function meanSquareOfProduct({ lowRank }: LinearUpdate): number {
  if (!lowRank) return 0
  const { a, b, scale } = lowRank
  const [rank = 0, width = 0] = a.shape
  const rows = b.shape[0] ?? 0
  let sum = 0
  for (let i = 0; i < rank; i++)
    for (let j = 0; j < rank; j++) {
      let [left, right] = [0, 0]
      for (let k = 0; k < width; k++) left += (a.data[i * width + k] ?? 0) * (a.data[j * width + k] ?? 0)
      for (let k = 0; k < rows; k++) right += (b.data[k * rank + i] ?? 0) * (b.data[k * rank + j] ?? 0)
      sum += left * right
    }
  return (scale ** 2 * sum) / Math.max(1, rows * width)
}
