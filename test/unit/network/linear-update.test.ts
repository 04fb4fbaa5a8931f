// Updates of a linear map, of every kind at once and alone: what ONNX Runtime computes beside plain arithmetic.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linearNames, type PlacedUpdate } from '../../../main/contract/parts.ts'
import { elements, type Tensor } from '../../../main/contract/tensor.ts'
import { input, matmul } from '../../../main/engine/graph/ops.ts'
import {
  linearWidths,
  shapeOfUpdate,
  updated,
  updateFeeds,
  updateInputs,
} from '../../../main/engine/network/linear-update.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { createSession } from '../../../main/engine/runtime/session.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('qwen3')
const [rows, rank, layer] = [3, 2, 1]
const random = createRandom(4)
const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float32Array.from({ length: elements(shape) }, () => random.normal()),
})
const at = ({ shape, data }: Tensor, row: number, column: number): number => data[row * (shape[1] ?? 0) + column] ?? NaN

/** y' = outputScale * (W (inputScale * x) + scale * b (a x)) + bias, where the mask is one; W x elsewhere. */
function expected(update: PlacedUpdate, weight: Tensor, x: Tensor, mask: Tensor): number[] {
  const { lowRank, inputScale, outputScale, bias } = update
  const [out = 0, width = 0] = weight.shape
  return Array.from({ length: rows * out }, (_, i) => {
    const [row, o] = [Math.floor(i / out), i % out]
    const sum = (count: number, term: (k: number) => number): number =>
      Array.from({ length: count }, (_each, k) => term(k)).reduce((total, each) => total + each, 0)
    if (mask.data[row] === 0) return sum(width, (k) => at(weight, o, k) * at(x, row, k))
    const product = sum(width, (k) => at(weight, o, k) * (inputScale?.data[k] ?? 1) * at(x, row, k))
    const low = lowRank
      ? sum(rank, (r) => at(lowRank.b, o, r) * sum(width, (k) => at(lowRank.a, r, k) * at(x, row, k)))
      : 0
    return (outputScale?.data[o] ?? 1) * (product + (lowRank?.scale ?? 0) * low) + (bias?.data[o] ?? 0)
  })
}

const kinds = fc.record({
  linear: fc.constantFrom(...linearNames),
  lowRank: fc.boolean(),
  inputScale: fc.boolean(),
  outputScale: fc.boolean(),
  bias: fc.boolean(),
})

describe('an update of a linear map', () => {
  it('of any kinds together is what its definition says, on the masked tokens alone', async () => {
    await fc.assert(
      fc.asyncProperty(kinds, async ({ linear, ...has }) => {
        const { in: width, out } = linearWidths(config, linear)
        const update: PlacedUpdate = {
          ...{ layer, linear },
          ...(has.lowRank ? { lowRank: { a: tensor(rank, width), b: tensor(out, rank), scale: 0.5 } } : {}),
          ...(has.inputScale ? { inputScale: tensor(width) } : {}),
          ...(has.outputScale ? { outputScale: tensor(out) } : {}),
          ...(has.bias ? { bias: tensor(out) } : {}),
        }
        const nodes = updateInputs(config, [shapeOfUpdate(update)])
        const found = nodes(layer, linear)
        if (!found) throw new Error('no update')
        expect(nodes(layer + 1, linear)).toBeUndefined()
        const weight = tensor(out, width)
        const x = tensor(rows, width)
        const mask: Tensor = { shape: [rows, 1], data: Float32Array.of(1, 0, 1) }
        const base = (from: ReturnType<typeof input>) => matmul(from, input('weight', [out, width]), { transB: true })
        const y = updated(found, base as never, input('x', [rows, width]), input('mask', [rows, 1]))
        const session = await createSession(
          { outputs: { y } },
          { weightsFolder: undefined, provider: 'cpu', dialect: 'cpu', threads: 1 },
        )
        const used = { weight, x, ...(Object.values(has).some(Boolean) ? { mask } : {}) }
        const result = await session.run({ ...used, ...updateFeeds([update]) })
        await session.release()
        const wanted = expected(update, weight, x, mask)
        const largest = Math.max(...wanted.map(Math.abs))
        wanted.forEach((value, i) => {
          expect(Math.abs((result['y']?.data[i] ?? NaN) - value) / largest).toBeLessThan(1e-5)
        })
      }),
      { numRuns: 40 },
    )
  })
})
