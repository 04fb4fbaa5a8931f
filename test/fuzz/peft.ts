// Hostile folders of PEFT: made well, then changed, they are opened or refused in a sentence.
import fc from 'fast-check'
import { strToU8 } from 'fflate'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { openPeft } from '../../main/engine/export/open-peft.ts'
import { smallConfig } from '../support/small-config.ts'
import { foreign, jsonOf, peftFolder } from '../support/peft-folder.ts'

const methods = ['prompt-tuning', 'prefix-tuning', 'lora', 'tail-lora', 'ia3', 'bitfit'] as const

const value = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, 4, 1e9, 0.5, '', 'all', 'LORA', 'IA3', 'PREFIX_TUNING', 'pissa'),
  fc.jsonValue(),
)
const keys = ['peft_type', 'r', 'lora_alpha', 'use_rslora', 'lora_bias', 'rank_pattern', 'modules_to_save', 'bias']
const meanings = ['tail', 'labels', 'template', 'placement', 'known_answers', 'task', 'max_tokens', 'base_model_sha256']

export const peftFuzz = {
  name: 'a folder of PEFT, however it is changed, is opened or refused in a sentence',
  cases: fc.record({
    method: fc.constantFrom(...methods),
    config: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 12 })), value, { maxKeys: 3 }),
    meaning: fc.option(fc.dictionary(fc.constantFrom(...meanings), value, { maxKeys: 2 })),
    renamed: fc.option(fc.string({ maxLength: 60 }), { freq: 3 }),
    replaced: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
    cut: fc.option(fc.nat(), { freq: 6 }),
  }),
  async check(given: Given): Promise<void> {
    const { method, config, meaning, renamed, replaced, cut } = given
    const { files } = await peftFolder({ method, linears: 'q_proj,down_proj' } as GivenSettings)
    const own = { ...jsonOf(files, 'softprompt.json'), ...meaning }
    const changed = foreign(files, config, (tensors) =>
      Object.fromEntries(Object.entries(tensors).map(([name, each], i) => [i === 0 ? (renamed ?? name) : name, each])),
    )
    const vectors = Buffer.from(changed['adapter_model.safetensors'] ?? [])
    // Most of the file is numbers, any of which may be.
    for (const [at, byte] of replaced) vectors[at % Math.min(2000, vectors.length)] = byte
    const whole = {
      ...changed,
      'adapter_model.safetensors': cut === null ? vectors : vectors.subarray(0, cut % vectors.length),
      ...(meaning ? { 'softprompt.json': strToU8(JSON.stringify(own)) } : {}),
    }
    try {
      openPeft(whole, 'theirs', []).promptFor(smallConfig)
    } catch (error) {
      if (!(error instanceof Error) || !/^prompt\//.test((error as { code?: string }).code ?? '')) throw error
    }
  },
}

interface Given {
  readonly method: (typeof methods)[number]
  readonly config: Record<string, unknown>
  readonly meaning: Record<string, unknown> | null
  readonly renamed: string | null
  readonly replaced: readonly (readonly [number, number])[]
  readonly cut: number | null
}
