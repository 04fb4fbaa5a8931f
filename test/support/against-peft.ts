// Holds methods to what PEFT computes with the same numbers: a gradient, 50 training steps, and an exported folder.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TunedPrompt } from '../../main/contract/compute.ts'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { GivenSettings } from '../../main/contract/settings.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { writeFolder } from '../../main/engine/export/folder.ts'
import { peft } from '../../main/engine/export/peft.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { vocabularyExample } from '../../main/engine/train/example.ts'
import { adamW, startState } from '../../main/engine/train/optimiser.ts'
import { apart, stepOf } from '../unit/parity/engine.ts'
import { exportedOf } from './exported.ts'
import { pythonJob } from './python-job.ts'
import { randomPrompt } from './random-prompt.ts'
import { type Family, reference, tinyFolder, tinyModel } from './tiny.ts'

interface AgainstPeft {
  readonly settings: GivenSettings
  /** PEFT's configuration, without what follows from the model and the tail. */
  readonly config: object
  /** What PEFT calls a trained tensor of ours, without "base_model", "prompt_encoder" and the adapter's name. */
  readonly parameterOf: (name: string) => string
  readonly families: readonly Family[]
  /** Learning rate; that of the tiny models' reference curves where absent. */
  readonly rate?: number
}

interface Found {
  readonly loss: number
  readonly gradient: Readonly<Record<string, readonly number[]>>
  readonly losses: readonly number[]
}

const labels = ['a', 'b']
const answer = [12, 30]

export function describeAgainstPeft(subjects: readonly AgainstPeft[]): void {
  describe('beside PEFT', () => {
    const cases = subjects.flatMap((subject) => subject.families.map((family) => ({ subject, family })))
    const made: Awaited<ReturnType<typeof prepare>>[] = []

    beforeAll(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'softprompt-against-peft-'))
      for (const [i, { subject, family }] of cases.entries())
        made.push(await prepare(subject, family, join(folder, String(i))))
      pythonJob(
        'reference.py',
        made.map(({ training }) => training),
        folder,
      )
      pythonJob(
        'logits.py',
        made.map(({ answering }) => answering),
        folder,
      )
      return () => {
        rmSync(folder, { recursive: true, force: true })
      }
    }, 600_000)

    describe.each(cases.map(({ subject, family }, i) => [subject.settings.method, family, i] as const))(
      '%s, on %s',
      (_method, _family, i) => {
        it('has its gradient, and its loss curve over 50 steps', async () => {
          await checkTraining(made[i] as (typeof made)[number])
        })

        it('is exported as a folder that PEFT loads, and answers alike', async () => {
          await checkAnswers(made[i] as (typeof made)[number])
        })
      },
    )
  })
}

/** The case's prompt, and the jobs of the two scripts; the exported folder lies at `target`. */
async function prepare({ settings: own, config, parameterOf, rate }: AgainstPeft, family: Family, target: string) {
  const { tokens, curve } = reference(family)
  const model = await tinyModel(family)
  const settings = defaultSettings({ placement: 'start', loss: 'vocabulary', tokens, ...own }, labels)
  const prompt = await randomPrompt(model, settings, labels, 7, 0.1)
  const exported = exportedOf(model, prompt)
  await writeFolder(target, peft(exported))
  const { tail, placement } = settings
  const invocation = placement === 'start' ? [] : exported.rendering.ending.slice(-tail)
  const question = [5, 9, 40, 33, 7, ...invocation]
  const batches = curve.batches.map((rows) =>
    rows.map((row) => [...row.slice(0, curve.text - invocation.length), ...invocation, ...row.slice(curve.text)]),
  )
  const trained = methodOf(settings)
    .tensors(model.config, settings)
    .filter(({ trainable }) => trainable)
    .map(({ name }) => name)
  const base = tinyFolder(family)
  return {
    ...{ model, prompt, parameterOf, question },
    training: {
      ...{ base, batches, text: curve.text, rate: rate ?? curve.rate, steps: curve.steps, out: `${target}.found` },
      config: { ...config, ...(placement === 'start' ? {} : { alora_invocation_tokens: invocation }) },
      weights: Object.fromEntries(trained.map((name) => [parameterOf(name), [...(prompt.tensors[name]?.data ?? [])]])),
    },
    answering: {
      ...{ base, folder: target, peft: true, out: `${target}.logits` },
      rows: [{ question, answer, textStart: 2 }],
    },
  }
}

type Prepared = Awaited<ReturnType<typeof prepare>>

async function checkTraining({ model, prompt, parameterOf, training }: Prepared): Promise<void> {
  const { batches, text, rate, out } = training
  const { settings, tensors } = prompt
  const found = JSON.parse(readFileSync(out, 'utf8')) as Found
  const steps = batches.map((rows) =>
    rows.map((row) => {
      const segments = { before: [], text: row.slice(0, text), after: [] }
      return vocabularyExample(segments, row.slice(text, -1), row.at(-1) ?? 0, settings)
    }),
  )
  const step = stepOf(model, settings, steps.flat(), steps[0]?.length ?? 1)
  const state = startState(tensors, Object.keys(tensors))
  const losses: number[] = []
  for (let at = 1; at <= found.losses.length; at++) {
    const { loss, gradients } = await step.gradient(steps[(at - 1) % steps.length] ?? [], state.tensors)
    if (at === 1) {
      const named = Object.fromEntries(Object.entries(gradients).map(([name, each]) => [parameterOf(name), each]))
      expect(apart(named, found.gradient)).toBeLessThan(1e-4)
      expect(Math.abs(loss - found.loss)).toBeLessThan(1e-4 * found.loss)
    }
    losses.push(loss)
    adamW(state, gradients, at, { learningRate: rate, weightDecay: 0 })
  }
  await step.release()
  const theirs = found.losses
  expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (theirs[i] ?? NaN))))).toBeLessThan(1e-3)
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0)
}

async function checkAnswers({ model, prompt, question, answering }: Prepared): Promise<void> {
  const bytes = readFileSync(answering.out)
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const ours = await logits(model, prompt, question)
  const largest = ours.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  // PEFT's own, then those of the folder's script.
  expect(theirs).toHaveLength(2 * ours.length)
  theirs.forEach((value, i) => {
    expect(Math.abs(value - (ours[i % ours.length] ?? NaN)) / largest).toBeLessThan(1e-4)
  })
}

async function logits(
  model: PreparedModel,
  { settings, tensors }: TunedPrompt,
  question: readonly number[],
): Promise<Float32Array> {
  const runner = createInferenceRunner(model, { threads: 1 })
  const tail = answer.map((id, i) => ({ id, parent: i - 1 }))
  const sequence = layOut({ before: question.slice(0, 2), text: question.slice(2), after: [] }, tail, settings)
  const targets = [0, ...answer].map((_, i) => sequence.questionEnd + i)
  const parts = methodOf(settings).fold(tensors, settings)
  const query = { sequences: [sequence], parts, targetPositions: [targets], candidates: undefined }
  const { data } = await runner.logits(query)
  await runner.release()
  return data
}
