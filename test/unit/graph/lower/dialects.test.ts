// Both dialects compute what each op means, in real ONNX Runtime.
import { expect, test } from 'vitest'
import { type Dialect, dialects } from '../../../../main/engine/graph/lower/index.ts'
import type { Op } from '../../../../main/engine/graph/node.ts'
import { cases, casesOf } from '../cases.ts'
import { prepare } from '../feeds.ts'
import { meaning } from '../reference.ts'
import { distance, evaluate } from '../run.ts'

const computed = (Object.keys(cases) as Op[]).filter((op) => cases[op] !== 'leaf')

for (const dialect of Object.keys(dialects) as Dialect[])
  test.each(computed)(`%s computes its definition in dialect ${dialect}`, async (op) => {
    for (const [seed, made] of casesOf(op, 8).entries()) {
      const { result, values, feeds } = prepare(made, seed)
      const { y } = await evaluate({ y: result }, feeds, dialect)
      const expected = meaning(result, values)
      expect(y?.shape).toEqual(expected.shape)
      expect(distance(y?.data ?? [], expected.data), `case ${seed}`).toBeLessThan(2e-6)
    }
  })
