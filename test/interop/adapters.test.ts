// Gradients of every adapter beside plain PyTorch, on tiny models of each family and on SmolLM2.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { huggingFaceFolder } from '../../bench/support/hf-folder.ts'
import { starterModel } from '../../bench/support/model.ts'
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { vocabularyExample } from '../../main/engine/train/example.ts'
import { pythonJob } from '../support/python-job.ts'
import { randomPrompt } from '../support/random-prompt.ts'
import { tinyFolder, tinyModel } from '../support/tiny.ts'
import { apart, stepOf } from '../unit/parity/engine.ts'

const methods = ['tail-lora', 'tail-ia3', 'tail-bias', 'prefix-tail-lora', 'lora', 'ia3', 'bitfit'] as const

const subjects = {
  llama: () => tiny('llama'),
  qwen3: () => tiny('qwen3'),
  gemma3: () => tiny('gemma3'),
  'SmolLM2-135M': async () => {
    const model = await starterModel(() => undefined)
    const own = { rank: 2, alpha: 4, linears: 'q_proj,v_proj,down_proj' }
    return { model, base: await huggingFaceFolder(model), size: 0.02, own }
  },
} as const

const tiny = async (family: 'llama' | 'qwen3' | 'gemma3') => ({
  model: await tinyModel(family),
  base: tinyFolder(family),
  size: 0.2,
  own: {},
})

/** Nine tokens of text, of which the windows of the tiny models see six, and two of labels. */
const text = 9
const tail = 2
const rows = [
  [5, 9, 40, 33, 7, 88, 120, 64, 33, 12, 30],
  [61, 60, 8, 200, 14, 31, 31, 64, 33, 90, 4],
] as const

const cases = Object.keys(subjects).flatMap((subject) =>
  methods.map((method) => ({ subject: subject as keyof typeof subjects, method })),
)

interface Gradient {
  readonly loss: number
  readonly gradient: Readonly<Record<string, readonly number[]>>
}

describe('beside PyTorch', () => {
  const made: { readonly model: PreparedModel; readonly prompt: TunedPrompt; readonly out: string }[] = []

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'softprompt-adapters-'))
    const jobs = []
    for (const [i, { subject, method }] of cases.entries()) {
      const { model, base, size, own } = await subjects[subject]()
      const settings = defaultSettings({ method, tokens: 3, tail, loss: 'vocabulary', ...own }, ['a', 'b'])
      const prompt = await randomPrompt(model, settings, ['a', 'b'], 3, size)
      const out = join(folder, `${String(i)}.json`)
      const trained = methodOf(settings)
        .tensors(model.config, settings)
        .filter(({ trainable }) => trainable)
      const tensors = Object.entries(prompt.tensors).map(([name, { shape, data }]) => [
        name,
        { shape, data: [...data] },
      ])
      jobs.push({
        ...{ base, rows, text, out, tensors: Object.fromEntries(tensors) as object, scale: 2 },
        trained: trained.map(({ name }) => name),
        tail: settings.placement === 'start' ? text : tail,
      })
      made.push({ model, prompt, out })
    }
    pythonJob('plain.py', jobs, folder)
    return () => {
      rmSync(folder, { recursive: true, force: true })
    }
  }, 600_000)

  it.each(cases.map(({ subject, method }, i) => [method, subject, i] as const))(
    '%s has its gradient on %s',
    async (_method, _subject, i) => {
      const { model, prompt, out } = made[i] as (typeof made)[number]
      const { settings, tensors } = prompt
      const found = JSON.parse(readFileSync(out, 'utf8')) as Gradient
      const examples = rows.map((row) => {
        const segments = { before: [], text: row.slice(0, text), after: [] }
        return vocabularyExample(segments, row.slice(text, -1), row.at(-1) ?? 0, settings)
      })
      const step = stepOf(model, settings, examples, rows.length)
      const { loss, gradients } = await step.gradient(examples, tensors)
      await step.release()
      expect(Math.abs(loss - found.loss)).toBeLessThan(1e-4 * found.loss)
      expect(apart(gradients, found.gradient)).toBeLessThan(1e-4)
    },
  )
})
