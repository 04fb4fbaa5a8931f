// Penalties make tokens less likely that were read or written, and choosing leaves the model's own logits as they are.
import { describe, expect, it } from 'vitest'
import { createChooser } from '../../../main/engine/evaluate/choose.ts'
import { penaltiesOf } from '../../../main/engine/evaluate/penalties.ts'

const plain = { temperature: 0, topP: 1 }
const sampling = { ...plain, maxNewTokens: 8, stop: [], seed: 0 }

describe('penalties', () => {
  it('of repetition divide positive logits and multiply negative ones, of what was read and what was written', () => {
    const penalties = penaltiesOf({ ...plain, repetitionPenalty: 2 }, [0, 1, 1])
    penalties?.written(3)
    penalties?.written(3)
    const logits = Float32Array.of(4, -4, 4, -3)
    penalties?.apply(logits)
    expect([...logits]).toEqual([2, -8, 4, -6])
  })

  it('of frequency and presence act on what was written alone', () => {
    const penalties = penaltiesOf({ ...plain, frequencyPenalty: 0.5, presencePenalty: 1 }, [0])
    for (const id of [1, 2, 1]) penalties?.written(id)
    const logits = Float32Array.of(0, 0, 0, 0)
    penalties?.apply(logits)
    expect([...logits]).toEqual([0, -2, -1.5, 0])
  })

  it('are not there where nothing asks for them', () => {
    expect(penaltiesOf(plain, [1])).toBeUndefined()
    expect(
      penaltiesOf({ ...plain, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 }, [1]),
    ).toBeUndefined()
  })
})

describe('a chooser', () => {
  it('goes on to other tokens as those before are penalised, and changes no logit of its caller', () => {
    const choose = createChooser({ ...sampling, presencePenalty: 3 }, [], undefined)
    const logits = Float32Array.of(5, 4, 3, 2)
    expect([1, 2, 3, 4].map(() => choose(logits))).toEqual([0, 1, 2, 0])
    expect([...logits]).toEqual([5, 4, 3, 2])
  })

  it('chooses the same for the same seed', () => {
    const logits = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i))
    const choices = (seed: number): number[] => {
      const choose = createChooser({ ...sampling, temperature: 1, topK: 20, minP: 0.01, seed }, [], undefined)
      return Array.from({ length: 20 }, () => choose(logits))
    }
    expect(choices(7)).toEqual(choices(7))
    expect(choices(7)).not.toEqual(choices(8))
  })
})
