// An export as other software will find it: PEFT's files, the layout of its tensors, a folder that is never half there.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NamedTensors } from '../../../main/contract/tensor.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { writeFolder } from '../../../main/engine/export/folder.ts'
import type { Exported } from '../../../main/engine/export/format.ts'
import { peft } from '../../../main/engine/export/peft.ts'
import { safetensorsFile } from '../../../main/engine/export/safetensors.ts'
import { readSafetensorsFolder } from '../../../main/engine/model/safetensors.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { smallConfig } from '../../support/small-config.ts'
import { someRendering } from '../../support/rendering.ts'

/** Tensors of a file that this program wrote, read back by the reader of base models. */
async function readBack(file: Uint8Array): Promise<Record<string, { shape: readonly number[]; data: number[] }>> {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'model.safetensors'), file)
  const bytes = readFileSync(join(folder, 'model.safetensors'))
  const found = await readSafetensorsFolder(folder)
  return Object.fromEntries(
    Object.entries(found).map(([name, { offset, bytes: size, shape }]) => {
      const data = Array.from({ length: size / 4 }, (_, i) => bytes.readFloatLE(offset + 4 * i))
      return [name, { shape, data }]
    }),
  )
}

const tokens = 2
/** Two layers, two heads of three: key of layer l, token p, head h, place d is 1000 l + 100 p + 10 h + d; values are negative. */
function prefixTensors(): NamedTensors {
  const shape = [tokens, 2, 3]
  const tensors: Record<string, NamedTensors[string]> = {}
  for (const layer of [0, 1])
    for (const [kind, sign] of [
      ['keys', 1],
      ['values', -1],
    ] as const) {
      const data = Float32Array.from({ length: 12 }, (_, i) => {
        const [p, h, d] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3]
        return sign * (1000 * layer + 100 * p + 10 * h + d)
      })
      tensors[`${kind}.${String(layer)}`] = { shape, data: new Float32Array(12) }
      tensors[`${kind}.${String(layer)}.init`] = { shape, data }
      tensors[`${kind}.${String(layer)}.scale`] = { shape: [1], data: Float32Array.of(1) }
    }
  return tensors
}

const exported = (method: 'prompt-tuning' | 'prefix-tuning', placement: 'start' | 'after-text'): Exported => ({
  name: 'support',
  model: { name: 'tiny', hash: 'ab'.repeat(32), family: 'llama' },
  config: smallConfig,
  prompt: {
    tensors:
      method === 'prefix-tuning'
        ? prefixTensors()
        : { prompt: { shape: [tokens, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } },
    settings: defaultSettings({ method, placement, tokens }, ['yes', 'no']),
    labels: ['yes', 'no'],
    modelHash: 'ab'.repeat(32),
  },
  figures: [{ subject: 'tuned prompt', headline: 'accuracy', metrics: { accuracy: 0.875, macro_f1: 0.9 }, rows: 80 }],
  answers: [],
  rendering: someRendering,
})

describe('a prompt in PEFT’s form', () => {
  it('holds the embedding rows of prompt tuning as they are', async () => {
    const files = peft(exported('prompt-tuning', 'start'))
    const { prompt_embeddings: rows } = await readBack(files['adapter_model.safetensors'] as Uint8Array)
    expect(rows).toEqual({ shape: [2, 3], data: [1, 2, 3, 4, 5, 6] })
    expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject({
      peft_type: 'PROMPT_TUNING',
      task_type: 'CAUSAL_LM',
      num_virtual_tokens: 2,
      token_dim: 3,
      prompt_tuning_init: 'RANDOM',
    })
  })

  it('holds a prefix as [P, layer, key or value, head, place]', async () => {
    const files = peft(exported('prefix-tuning', 'start'))
    const { prompt_embeddings: rows } = await readBack(files['adapter_model.safetensors'] as Uint8Array)
    expect(rows?.shape).toEqual([2, 24])
    const at = (p: number, layer: number, kind: number, h: number, d: number): number | undefined =>
      rows?.data[p * 24 + ((2 * layer + kind) * 2 + h) * 3 + d]
    expect(at(1, 1, 0, 1, 2)).toBe(1112)
    expect(at(0, 1, 1, 1, 0)).toBe(-1010)
    expect(JSON.parse(files['adapter_config.json'] as string)).toMatchObject({
      peft_type: 'PREFIX_TUNING',
      token_dim: 6,
      num_attention_heads: 2,
      num_layers: 2,
    })
  })

  it('comes with a card that says how to use it where PEFT alone would give other answers', () => {
    const [start, behind] = (['start', 'after-text'] as const).map(
      (place) => peft(exported('prompt-tuning', place))['README.md'],
    )
    expect(start).toContain('PEFT loads this folder as it is')
    expect(behind).toContain('gives other answers')
    expect(behind).toContain('| tuned prompt | 87.5 % | 90.0 % | 80 |')
  })
})

describe('a card', () => {
  const hostile = [
    ...[
      '<img src=x onerror=alert(1)>',
      '](javascript:alert(1))',
      '![x](http://a.test/x.png)',
      '`code` ```',
      '| a | b |',
    ],
    ...[
      '# heading',
      '- item',
      'a\n\n# b',
      '\u202Egnp.exe',
      '&lt;b&gt;',
      '<!-- x',
      '**b** _i_',
      'https://a.test',
      '$x$',
    ],
  ]

  it('shows names, labels and templates as they are, and nothing else begins in them', () => {
    for (const text of hostile) {
      const one = exported('prompt-tuning', 'start')
      const settings = defaultSettings({
        ...one.prompt.settings,
        template: { body: `${text} {text}`, instruction: text },
      })
      const prompt = { ...one.prompt, labels: [text, 'no'], settings }
      const figures = [
        { subject: 'tuned prompt', rows: 9, headline: 'accuracy', metrics: { accuracy: 1, [`field:${text}`]: 1 } },
      ] as const
      for (const files of [peft({ ...one, name: text, model: { ...one.model, name: text }, prompt, figures })]) {
        const card = String(files['README.md'])
        // Without the front matter, code spans and fenced code no character of markup is left that is not the card's own.
        const [, , body = ''] = card.split(/^---$/m)
        const prose = body.replace(/^```[^]*?^```$/gm, '').replace(/(`+) .*? \1(?!`)/g, '')
        expect(prose).not.toMatch(/<[a-z!/]|\]\(|!\[|\u202E|javascript:|https?:/i)
        expect(prose.match(/^#{1,6} .*$/gm)).toHaveLength(3)
        expect(prose.match(/^- /gm)).toHaveLength(6)
        const table = prose.split('\n').filter((line) => line.startsWith('|'))
        expect(new Set(table.map((line) => line.split('|').length)).size).toBe(1)
      }
    }
  })

  it('says how to pad, and that a label may begin another one', () => {
    const card = String(peft(exported('prompt-tuning', 'start'))['README.md'])
    expect(card).toContain('**pad rows on the right**')
    expect(card).toContain("each closed by the\nmodel's end token")
  })
})

it('gives any tensors back from a safetensors file', async () => {
  const tensor = fc.array(fc.float({ noNaN: true }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-zé.]{1,9}$/), tensor, { maxKeys: 4 }), async (values) => {
      const tensors = Object.fromEntries(
        Object.entries(values).map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
      )
      const back = await readBack(safetensorsFile(tensors))
      expect(Object.fromEntries(Object.entries(back).map(([name, { data }]) => [name, data]))).toEqual(values)
    }),
    { numRuns: 50 },
  )
})

describe('an export’s folder', () => {
  it('is made with what leads to it, and replaces an earlier export only', async () => {
    const folder = join(temporaryFolder(), 'deep', 'support')
    await writeFolder(folder, { 'softprompt.json': 'one', 'old.txt': '' })
    await writeFolder(folder, { 'softprompt.json': 'two' })
    expect(readdirSync(folder)).toEqual(['.softprompt-export.json', 'softprompt.json'])
    expect(readdirSync(join(folder, '..'))).toEqual(['support'])
  })

  it('never takes the place of other files', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'thesis.txt'), 'years of work')
    await expect(writeFolder(folder, { 'softprompt.json': '' })).rejects.toThrow('already contains files')
    expect(readdirSync(folder)).toEqual(['thesis.txt'])
  })

  it('is refused in a sentence where it cannot be written', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    mkdirSync(join(folder, 'there'))
    await expect(writeFolder(join(folder, 'file', 'x'), { 'softprompt.json': '' })).rejects.toMatchObject({
      code: 'export/cannot-write',
    })
  })
})
