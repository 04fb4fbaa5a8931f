// A long text is read in pieces: no pass takes more tokens than one should, and the result is that of a single pass.
import { afterEach, describe, expect, it } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { prefill } from '../../../main/engine/evaluate/decode.ts'
import { createInferenceRunner, type InferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { type Family, tinyModel } from '../../support/tiny.ts'

const opened: InferenceRunner[] = []
afterEach(async () => {
  for (const runner of opened.splice(0)) await runner.release()
})

async function open(family: Family, memory: 'low' | 'normal') {
  const model = await tinyModel(family)
  const runner = createInferenceRunner(model, { threads: 1, memory })
  opened.push(runner)
  return { model, runner }
}

const text = Array.from({ length: 500 }, (_, i) => 5 + ((7 * i * i) % 90))

/** The greatest difference between the first rows of two results, which have the same shape but for the rows. */
function difference(one: NamedTensors, other: NamedTensors): number {
  let most = 0
  for (const [name, { shape, data }] of Object.entries(one)) {
    const { shape: same, data: expected } = other[name] ?? { shape: [], data: new Float32Array() }
    expect(shape.slice(1)).toEqual(same.slice(1))
    data.forEach((value, i) => (most = Math.max(most, Math.abs(value - (expected[i] ?? NaN)))))
  }
  return most
}

describe.each<Family>(['llama', 'qwen3', 'gemma3'])('keys and values of a long text with %s', (family) => {
  it.each([0, 3])('are those of one pass, from position %i on', async (past) => {
    const { runner } = await open(family, 'low')
    // Texts of a batch are read in one pass.
    const whole = await runner.keysValues([text, text], past)
    expect(difference(await runner.keysValues([text], past), whole)).toBeLessThan(1e-4)
    const sharedKv = await runner.keysValues([text.slice(0, 40)], past)
    const rest = await runner.keysValues([text, text], past, { sharedKv })
    expect(rest['keys.0']?.shape[2]).toBe(460)
    expect(difference(await runner.keysValues([text], past, { sharedKv }), rest)).toBeLessThan(1e-4)
  })

  it('and what follows it are those of one pass, though no pass takes as many tokens', async () => {
    const read = async (memory: 'low' | 'normal') => {
      const { model, runner } = await open(family, memory)
      const lengths: number[] = []
      const counted: InferenceRunner = {
        ...runner,
        async session(shape) {
          const session = await runner.session(shape)
          return {
            ...session,
            run: (feeds) => {
              lengths.push(feeds['ids']?.shape[1] ?? 0)
              return session.run(feeds)
            },
          }
        },
      }
      const sequence = layOut({ before: [], text, after: [] }, [], undefined)
      return { ...(await prefill(counted, model.config, sequence, undefined)), lengths }
    }
    const [inPieces, whole] = [await read('low'), await read('normal')]
    expect(Math.max(...inPieces.lengths)).toBeLessThanOrEqual(256)
    expect(whole.lengths).toEqual([500])
    const [tokens, all] = [inPieces, whole].map(({ present }) =>
      present.reduce((sum, some) => sum + (some['keys.0']?.shape[2] ?? 0), 0),
    )
    expect([tokens, all]).toEqual([500, 500])
    whole.logits.forEach((value, i) => {
      expect(Math.abs(value - (inPieces.logits[i] ?? NaN))).toBeLessThan(1e-3)
    })
  })
})
