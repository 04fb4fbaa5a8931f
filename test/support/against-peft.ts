// Holds a method that trains a network before its virtual tokens to what PEFT computes with the same numbers.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { TuneSettings } from '../../main/contract/settings.ts'
import type { NamedTensors } from '../../main/contract/tensor.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { renderingOf } from '../../main/engine/evaluate/rendering.ts'
import { writeFolder } from '../../main/engine/export/folder.ts'
import { peft } from '../../main/engine/export/peft.ts'
import { methodOf } from '../../main/engine/method/index.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { createRandom } from '../../main/engine/random.ts'
import { defaultSettings } from '../../main/engine/train/defaults.ts'
import { vocabularyExample } from '../../main/engine/train/example.ts'
import { adamW, startState } from '../../main/engine/train/optimiser.ts'
import { apart, stepOf } from '../unit/parity/engine.ts'
import { referencePython } from './python-env.ts'
import { type Family, reference, tinyFolder, tinyModel } from './tiny.ts'

interface AgainstPeft {
  readonly method: string
  /** Of the method's own. */
  readonly settings: object
  /** PEFT's configuration, without what follows from the model. */
  readonly config: object
  /** What PEFT's prompt encoder calls a tensor of ours. */
  readonly parameterOf: (name: string) => string
  readonly families: readonly Family[]
}

interface Found {
  readonly loss: number
  readonly gradient: Readonly<Record<string, readonly number[]>>
  readonly losses: readonly number[]
}

const question = [5, 9, 40, 33, 7]
const answer = [12, 30]
const interop = (script: string): string => fileURLToPath(new URL(`../interop/${script}`, import.meta.url))

function python(script: string, job: unknown, folder: string): void {
  const path = join(folder, 'job.json')
  writeFileSync(path, JSON.stringify(job))
  const { status, stderr } = spawnSync(referencePython(), [interop(script), path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

/** Tests of gradient, of 50 training steps, and of an exported folder. */
export function describeAgainstPeft({ method, settings: own, config, parameterOf, families }: AgainstPeft): void {
  describe.each(families)(`${method}, on %s, beside PEFT`, (family) => {
    const { tokens, curve } = reference(family)
    const settings: TuneSettings = defaultSettings({ method, placement: 'start', loss: 'vocabulary', tokens, ...own })
    const folder = mkdtempSync(join(tmpdir(), 'softprompt-against-peft-'))
    let [model, start, found]: [PreparedModel?, NamedTensors?, Found?] = []

    beforeAll(async () => {
      model = await tinyModel(family)
      const { vocab } = model.config
      const probe = {
        config: model.config,
        embeddings: () => Promise.resolve(new Float32Array()),
        keysValues: () => Promise.resolve([]),
      }
      const random = createRandom(7)
      start = await methodOf(settings).initialise(probe, settings, { ids: [vocab - 1], init: 'random', random })
      const weights = Object.fromEntries(
        Object.entries(start).map(([name, { data }]) => [parameterOf(name), [...data]]),
      )
      const { batches, text, rate, steps } = curve
      const out = join(folder, 'found.json')
      const whole = { ...config, num_virtual_tokens: tokens }
      python(
        'reference.py',
        { base: tinyFolder(family), config: whole, weights, batches, text, rate, steps, out },
        folder,
      )
      found = JSON.parse(readFileSync(out, 'utf8')) as Found
      return () => {
        rmSync(folder, { recursive: true, force: true })
      }
    }, 300_000)

    it('has its gradient, and its loss curve over 50 steps', async () => {
      if (!model || !start || !found) throw new Error('nothing to compare')
      const { batches, text, rate } = curve
      const steps = batches.map((rows) =>
        rows.map((row) => {
          const segments = { before: [], text: row.slice(0, text), after: [] }
          return vocabularyExample(segments, row.slice(text, -1), row.at(-1) ?? 0, settings)
        }),
      )
      const step = stepOf(model, settings, steps.flat(), steps[0]?.length ?? 1)
      let state = startState(start, Object.keys(start))
      const losses: number[] = []
      for (let at = 1; at <= found.losses.length; at++) {
        const { loss, gradients } = await step.gradient(steps[(at - 1) % steps.length] ?? [], state.tensors)
        if (at === 1) {
          const named = Object.fromEntries(Object.entries(gradients).map(([name, each]) => [parameterOf(name), each]))
          expect(apart(named, found.gradient)).toBeLessThan(1e-4)
          expect(Math.abs(loss - found.loss)).toBeLessThan(1e-4 * found.loss)
        }
        losses.push(loss)
        state = adamW(state, gradients, at, { learningRate: rate, weightDecay: 0 })
      }
      await step.release()
      const theirs = found.losses
      expect(Math.max(...losses.map((loss, i) => Math.abs(loss - (theirs[i] ?? NaN))))).toBeLessThan(1e-3)
      expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0)
    })

    it('is exported as a folder that PEFT loads, and answers alike', async () => {
      if (!model || !start) throw new Error('nothing to compare')
      const prompt = { tensors: start, settings, labels: ['a', 'b'], modelHash: model.hash }
      const { name, hash, config: shape } = model
      const target = join(folder, 'exported')
      const about = { name, hash, family: shape.family }
      await writeFolder(
        target,
        peft({ name: 'x', model: about, prompt, figures: [], answers: [], rendering: renderingOf(model, prompt) }),
      )
      const out = join(folder, 'logits')
      const rows = [{ question, answer, textStart: 2 }]
      python('logits.py', [{ base: tinyFolder(family), folder: target, rows, peft: true, out }], folder)
      const bytes = readFileSync(out)
      const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
      const ours = await logits(model, settings, start)
      const largest = ours.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      // PEFT's own, then those of the folder's script.
      expect(theirs).toHaveLength(2 * ours.length)
      theirs.forEach((value, i) => {
        expect(Math.abs(value - (ours[i % ours.length] ?? NaN)) / largest).toBeLessThan(1e-4)
      })
    }, 300_000)
  })
}

async function logits(model: PreparedModel, settings: TuneSettings, tensors: NamedTensors): Promise<Float32Array> {
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
