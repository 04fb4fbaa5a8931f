// Exported GGUF adapters in the real llama-server: they load, and its answers are ours.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { starterFile, starterModel } from '../../bench/support/model.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'
import { answersOf, apart, margins, sampleTexts, type Subject } from '../support/llama-server.ts'
import { temporaryFolder } from '../support/temporary.ts'

async function tiny(family: 'llama' | 'qwen3'): Promise<Subject> {
  const file = fileURLToPath(new URL(`../fixtures/model/${family}.gguf`, import.meta.url))
  const model = await prepareModel(file, join(temporaryFolder(), 'cache'), { name: family })
  return { model, file, texts: sampleTexts(200), size: 0.2 }
}

const smollm2 = async (): Promise<Subject> => ({
  model: await starterModel(() => undefined),
  file: await starterFile(() => undefined),
  ...{ texts: sampleTexts(200), size: 0.03 },
})

/** The server rounds keys and values to 16 bits: two tokens that are nearer than this may change places. */
const tie = 0.01

const tailLora = { method: 'tail-lora', tail: 3 } as const

describe.each(['llama', 'qwen3'] as const)('a GGUF adapter for the tiny %s, in llama-server', (family) => {
  it('answers as the studio does, on all tokens', async () => {
    const { server, studio } = await answersOf(await tiny(family), { method: 'lora' }, temporaryFolder())
    const ours = await studio()
    expect(apart(server, ours)).toBeLessThan(0.005)
    expect(margins(server, ours).filter((by) => by > tie)).toEqual([])
    // The build that the card names.
    expect(server.version).toMatch(/\.11549$/)
  })

  it('acts from one token before its invocation tokens on: the whole tail, and no more', async () => {
    const { server, studio } = await answersOf(await tiny(family), tailLora, temporaryFolder())
    expect(server.adapters[0]).toHaveProperty('alora_invocation_string')
    const ours = await studio()
    expect(apart(server, ours)).toBeLessThan(0.005)
    expect(margins(server, ours).filter((by) => by > tie)).toEqual([])
    // From the first of its invocation tokens on, or from two before it, the answers would be others.
    expect(apart(server, await studio({ tail: 2 }))).toBeGreaterThan(0.02)
    expect(apart(server, await studio({ tail: 4 }))).toBeGreaterThan(0.02)
  })
})

it('LoRA on the tail of SmolLM2 answers there as in the studio', async () => {
  const { server, studio } = await answersOf(await smollm2(), tailLora, temporaryFolder())
  const ours = await studio()
  // The server multiplies weights of 4 bits by activations of 8, the studio in float32: that decides near ties only.
  expect(apart(server, ours)).toBeLessThan(0.05)
  // One row in twenty at most has another likeliest token that is not nearly as likely, and none one that is much less so.
  const others = margins(server, ours)
  expect(others.filter((by) => by > 0.3).length).toBeLessThanOrEqual(10)
  expect(Math.max(0, ...others)).toBeLessThan(0.7)
  expect(apart(server, await studio({}, false))).toBeGreaterThan(0.1)
}, 600_000)
