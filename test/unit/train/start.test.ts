// Runs that start from an earlier prompt: they begin where it ended, resume alike, and refuse what does not fit.
import { describe, expect, it } from 'vitest'
import type { GivenSettings } from '../../../main/contract/settings.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type Origin, refuseOtherShapes, startingFrom } from '../../../main/engine/train/start.ts'
import { tinyModel } from '../../support/tiny.ts'
import { labels, losses, run } from '../method/small-run.ts'

const from = { name: 'earlier', sha256: 'a'.repeat(64) }
const methods = ['prefix-tuning', 'prompt-tuning', 'p-tuning', 'tail-lora', 'prefix-tail-lora', 'ia3']

describe.each(methods)('a run of %s from an earlier prompt', (method) => {
  it('begins with the loss at which the prompt ended, and resumes to the same curve', async () => {
    const rate = { learningRate: method.endsWith('lora') ? 2e-2 : 5e-2 }
    const earlier = await run('qwen2', { method, ...rate })
    const lowest = Math.min(...earlier.validations.map(({ loss }) => loss))
    const own = { method, from, ...rate, seed: 9 } as GivenSettings
    const start = earlier.prompt.tensors
    const whole = await run('qwen2', own, { start })
    expect(whole.prompt.settings.from).toEqual(from)
    expect(Math.abs((whole.validations[0]?.loss ?? NaN) - lowest)).toBeLessThan(1e-5)
    const afresh = await run('qwen2', { method, ...rate, seed: 9 }, { until: 1 })
    expect(Math.abs((afresh.validations[0]?.loss ?? NaN) - lowest)).toBeGreaterThan(1e-2)
    const part = await run('qwen2', own, { start, until: 5 })
    // What it started from is in the checkpoint.
    const rest = await run('qwen2', own, part.last ? { resume: part.last } : {})
    expect([...losses(part), ...losses(rest)]).toEqual(losses(whole))
  })
})

describe('settings', () => {
  const origin = (given: GivenSettings): Origin => ({ ...from, settings: defaultSettings(given, labels) })

  it('follow the prompt in all that its method declares but the initialisation, unless they are given', () => {
    const lora = origin({ method: 'tail-lora', rank: 4, alpha: 4, learningRate: 1, steps: 7 } as GivenSettings)
    expect(startingFrom(lora, {})).toEqual({
      ...{ method: 'tail-lora', placement: 'after-text', rank: 4, alpha: 4, tail: 3, from },
      linears: 'q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj',
    })
    expect(startingFrom(lora, { alpha: 8, steps: 3 } as GivenSettings)).toMatchObject({ rank: 4, alpha: 8, steps: 3 })
    const prefix = origin({ tokens: 5, init: 'labels', initText: 'x', placement: 'start' })
    const { init, initText, ...rest } = startingFrom(prefix, { method: 'prefix' })
    expect([init, initText]).toEqual([undefined, undefined])
    expect(rest).toEqual({ method: 'prefix', placement: 'start', tokens: 5, tail: 1, from })
  })

  it('of another method or shape are refused in a sentence that says what the prompt has', async () => {
    const { config } = await tinyModel('llama')
    expect(() => startingFrom(origin({ method: 'prefix' }), { method: 'tail-lora' })).toThrow(
      'A run of Tail LoRA cannot start from "earlier", which is a prompt of Prefix tuning.',
    )
    const other = (prompt: GivenSettings, given: GivenSettings) => () => {
      const start = origin(prompt)
      refuseOtherShapes(start, defaultSettings(startingFrom(start, given), labels), config)
    }
    expect(other({ tokens: 5 }, { tokens: 6 })).toThrow('whose numbers have other shapes (virtual tokens 5).')
    expect(other({ method: 'lora', rank: 4 } as GivenSettings, { rank: 2 } as GivenSettings)).toThrow('(rank 4)')
    const some = { method: 'tail-ia3', linears: 'k_proj' } as GivenSettings
    expect(other(some, { linears: 'q_proj,k_proj' } as GivenSettings)).toThrow('(linear maps Keys)')
    // Where it stands, and what it reads, are not of its shape.
    expect(other({ tokens: 5 }, { placement: 'start', tail: 3 })).not.toThrow()
  })

  it('are checked once more against the tensors themselves', async () => {
    const { prompt } = await run('llama', { tokens: 3 }, { until: 1 })
    await expect(run('llama', { tokens: 4, from }, { start: prompt.tensors })).rejects.toThrow('"earlier"')
  })
})
