// Exported folders in the real PEFT: they load, and give our logits to 1e-4 of the largest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { huggingFaceFolder } from '../../bench/support/hf-folder.ts'
import { starterModel } from '../../bench/support/model.ts'
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { MethodName, Placement } from '../../main/contract/settings.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { writeFolder } from '../../main/engine/export/folder.ts'
import { peft } from '../../main/engine/export/peft.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { exportedOf } from '../support/exported.ts'
import { pythonJob } from '../support/python-job.ts'
import { randomPrompt } from '../support/random-prompt.ts'
import { tinyFolder, tinyModel } from '../support/tiny.ts'

const labels = ['a', 'b']

interface Row {
  readonly question: readonly number[]
  readonly answer: readonly number[]
  readonly textStart: number
}

/** Token ids below any vocabulary's size; each question ends as the template does. */
const rowsWith = (ending: readonly number[]): readonly Row[] => [
  { question: [5, 9, 40, 33, 7, ...ending], answer: [12, 30], textStart: 2 },
  { question: [61, 60, 8, ...ending], answer: [11], textStart: 1 },
]

interface Subject {
  readonly name: string
  readonly open: () => Promise<{ readonly model: PreparedModel; readonly base: string }>
  /** PEFT leaves the window out of account where a prefix stands before a model with sliding windows. */
  readonly choices: readonly (readonly [MethodName, Placement])[]
  /** Standard deviation of the prompts' values. */
  readonly size: number
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
  ...{ choices, size: 0.3 },
})

const smollm2 = (choices: Subject['choices'], size: number): Subject => ({
  name: 'SmolLM2-135M',
  open: async () => {
    const model = await starterModel(() => undefined)
    return { model, base: await huggingFaceFolder(model) }
  },
  ...{ choices, size },
})

const subjects: readonly Subject[] = [
  tiny('llama'),
  tiny('qwen3'),
  tiny('gemma3', all.slice(0, 3)),
  smollm2([all[0], all[3], all[4]], 0.3),
  smollm2(
    [
      ['lora', 'start'],
      ['ia3', 'start'],
      ['tail-lora', 'after-text'],
    ],
    0.05,
  ),
]

const cases = subjects.flatMap(({ choices, ...subject }) =>
  choices.map(([method, placement]) => ({
    ...{ subject, method, placement },
    // What it has: virtual tokens at the start, and linear updates on all tokens or on the tail.
    inPeft: placement === 'start' || method === 'tail-lora',
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
    const jobs = []
    for (const [i, { subject, method, placement, inPeft }] of cases.entries()) {
      const { model, base } = await subject.open()
      const settings = defaultSettings({ method, placement, tokens: 4, tail: 1 }, labels)
      const prompt = await randomPrompt(model, settings, labels, 5, subject.size)
      const exported = exportedOf(model, prompt)
      const target = join(folder, String(i))
      await writeFolder(target, peft(exported))
      const rows = rowsWith(exported.rendering.ending.slice(-1))
      jobs.push({ base, folder: target, rows, peft: inPeft, out: outOf(i) })
      ours.push(await logits(model, prompt, rows))
    }
    pythonJob('logits.py', jobs, folder)
  }, 900_000)

  it.each(cases.map(({ title, inPeft }, i) => [title, inPeft, i] as const))('gives our logits: %s', (_, inPeft, i) => {
    const bytes = readFileSync(outOf(i))
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    const expected = ours[i] ?? new Float32Array()
    // PEFT's own, and the folder's own script's.
    const copies = inPeft ? 2 : 1
    expect(theirs).toHaveLength(copies * expected.length)
    const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    for (let copy = 0; copy < copies; copy++) {
      const worst = expected.reduce(
        (max, value, at) => Math.max(max, Math.abs(value - (theirs[copy * expected.length + at] ?? NaN))),
        0,
      )
      expect(worst / largest).toBeLessThan(1e-4)
    }
  })
})

/** Ours, row after row: of what follows the question and each answer token. */
async function logits(
  model: PreparedModel,
  { settings, tensors }: TunedPrompt,
  rows: readonly Row[],
): Promise<Float32Array> {
  const runner = createInferenceRunner(model, { threads: 2 })
  const parts = methodOf(settings).fold(tensors, settings)
  const found: number[] = []
  for (const { question, answer, textStart } of rows) {
    const segments = { before: question.slice(0, textStart), text: question.slice(textStart), after: [] }
    const tail = answer.map((id, i) => ({ id, parent: i - 1 }))
    const sequence = layOut(segments, tail, settings)
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
