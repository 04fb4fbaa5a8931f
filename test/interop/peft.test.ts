// Exported folders in the real PEFT: they load, and give our logits to 1e-4 of the largest.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { huggingFaceFolder } from '../../bench/support/hf-folder.ts'
import { starterModel } from '../../bench/support/model.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { MethodName, Placement } from '../../main/contract/settings.ts'
import type { NamedTensors } from '../../main/contract/tensor.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { renderingOf } from '../../main/engine/evaluate/rendering.ts'
import { writeFolder } from '../../main/engine/export/folder.ts'
import { peft } from '../../main/engine/export/peft.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { createRandom } from '../../main/engine/random.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { referencePython } from '../support/python-env.ts'
import { tinyFolder, tinyModel } from '../support/tiny.ts'

const tokens = 4
/** Token ids below any vocabulary's size. */
const rows = [
  { question: [5, 9, 40, 33, 7], answer: [12, 30], textStart: 2 },
  { question: [61, 60, 8], answer: [11], textStart: 1 },
] as const

interface Subject {
  readonly name: string
  readonly open: () => Promise<{ readonly model: PreparedModel; readonly base: string }>
  /** PEFT leaves the window out of account where a prefix stands before a model with sliding windows. */
  readonly choices: readonly (readonly [MethodName, Placement])[]
}

const all = [
  ['prompt-tuning', 'start'],
  ['prompt-tuning', 'before-text'],
  ['prompt-tuning', 'after-text'],
  ['prefix-tuning', 'start'],
  ['prefix-tuning', 'after-text'],
] as const

const tiny = (family: 'llama' | 'qwen3' | 'gemma3', choices: Subject['choices'] = all): Subject => ({
  name: family,
  open: async () => ({ model: await tinyModel(family), base: tinyFolder(family) }),
  choices,
})

const subjects: readonly Subject[] = [
  tiny('llama'),
  tiny('qwen3'),
  tiny('gemma3', all.slice(0, 3)),
  {
    name: 'SmolLM2-135M',
    open: async () => {
      const model = await starterModel(() => undefined)
      return { model, base: await huggingFaceFolder(model) }
    },
    choices: [
      ['prompt-tuning', 'start'],
      ['prefix-tuning', 'start'],
      ['prefix-tuning', 'after-text'],
    ],
  },
]

/** A prompt with values of the model's own size, but like no text. */
async function tensorsOf(model: PreparedModel, method: MethodName): Promise<NamedTensors> {
  const runner = createInferenceRunner(model, { threads: 2 })
  const random = createRandom(5)
  const probe = {
    config: model.config,
    embeddings: (ids: readonly number[]) =>
      Promise.resolve(Float32Array.from({ length: ids.length * model.config.hidden }, () => 0.3 * random.normal())),
    keysValues: (ids: readonly number[]) => {
      const part = () =>
        Float32Array.from(
          { length: ids.length * model.config.kvHeads * model.config.headDim },
          () => 0.3 * random.normal(),
        )
      return Promise.resolve(Array.from({ length: model.config.layers }, () => ({ keys: part(), values: part() })))
    },
  }
  const ids = Array.from({ length: tokens }, (_, i) => i + 4)
  const tensors = await methodOf({ method }).initialise(probe, { tokens }, { ids, init: 'text', random })
  await runner.release()
  return tensors
}

const cases = subjects.flatMap((subject) =>
  subject.choices.map(([method, placement]) => ({
    subject,
    method,
    placement,
    title: `${subject.name}: ${method}, ${placement}`,
  })),
)
const folder = mkdtempSync(join(tmpdir(), 'softprompt-interop-'))
const outOf = (i: number): string => join(folder, `${String(i)}.logits`)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('an exported folder', () => {
  const ours: Float32Array[] = []

  beforeAll(async () => {
    const python = referencePython()
    const jobs = []
    for (const [i, { subject, method, placement }] of cases.entries()) {
      const { model, base } = await subject.open()
      const settings = defaultSettings({ method, placement, tokens }, ['a', 'b'])
      const tensors = await tensorsOf(model, method)
      const prompt = { tensors, settings, labels: ['a', 'b'], modelHash: model.hash }
      const target = join(folder, String(i))
      const { name, hash, config } = model
      await writeFolder(
        target,
        peft({
          name: 'x',
          model: { name, hash, family: config.family },
          prompt,
          figures: [],
          answers: [],
          rendering: renderingOf(model, prompt),
        }),
      )
      jobs.push({ base, folder: target, rows, peft: placement === 'start', out: outOf(i) })
      ours.push(await logits(model, method, placement, tensors))
    }
    const job = join(folder, 'job.json')
    writeFileSync(job, JSON.stringify(jobs))
    const script = fileURLToPath(new URL('logits.py', import.meta.url))
    const { status, stderr } = spawnSync(python, [script, job], { encoding: 'utf8' })
    if (status !== 0) throw new Error(stderr)
  }, 900_000)

  it.each(cases.map(({ title, placement }, i) => [title, placement, i] as const))(
    'gives our logits: %s',
    (_, placement, i) => {
      const bytes = readFileSync(outOf(i))
      const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
      const expected = ours[i] ?? new Float32Array()
      // PEFT's where it has the placement, and the folder's own script's.
      const copies = placement === 'start' ? 2 : 1
      expect(theirs).toHaveLength(copies * expected.length)
      const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      for (let copy = 0; copy < copies; copy++) {
        const worst = expected.reduce(
          (max, value, at) => Math.max(max, Math.abs(value - (theirs[copy * expected.length + at] ?? NaN))),
          0,
        )
        expect(worst / largest).toBeLessThan(1e-4)
      }
    },
  )
})

/** Ours, row after row: of what follows the question and each answer token. */
async function logits(
  model: PreparedModel,
  method: MethodName,
  placement: Placement,
  tensors: NamedTensors,
): Promise<Float32Array> {
  const runner = createInferenceRunner(model, { threads: 2 })
  const parts = methodOf({ method }).fold(tensors, { tokens })
  const found: number[] = []
  for (const { question, answer, textStart } of rows) {
    const segments = { before: question.slice(0, textStart), text: question.slice(textStart), after: [] }
    const tail = answer.map((id, i) => ({ id, parent: i - 1 }))
    const sequence = layOut(segments, tail, { method, placement, tokens, tail: 1 })
    const positions = [0, ...answer].map((_, i) => sequence.questionEnd + i)
    const { data } = await runner.logits({
      sequences: [sequence],
      parts,
      targetPositions: [positions],
      candidates: undefined,
    })
    for (const value of data) found.push(value)
  }
  await runner.release()
  return Float32Array.from(found)
}
