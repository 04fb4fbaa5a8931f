// Full fine-tuning beside PyTorch and transformers: the gradient of every weight, AdamW's steps, and the folder that results.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { PreparedModel } from '../../main/contract/model.ts'
import type { NamedTensors, Tensor } from '../../main/contract/tensor.ts'
import { createInferenceRunner } from '../../main/engine/evaluate/inference-runner.ts'
import { labelTrie } from '../../main/engine/evaluate/trie.ts'
import { layOut } from '../../main/engine/method/layout.ts'
import { readWeight } from '../../main/engine/model/array-file.ts'
import { prepareModel } from '../../main/engine/model/prepare.ts'
import { writeModelFolder } from '../../main/engine/model/write-folder.ts'
import { createTokenizer } from '../../main/engine/tokens/tokenizer.ts'
import type { TrainingExample } from '../../main/engine/train/example.ts'
import { optimiserOf } from '../../main/engine/train/optimisers/index.ts'
import { openWeights } from '../../main/engine/train/weights-state.ts'
import { pythonJob } from '../support/python-job.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { families, reference, type Reference, tinyFolder, tinyModel } from '../support/tiny.ts'
import { run } from '../unit/method/small-run.ts'
import { apart, examplesOf, trainingStepOf } from '../unit/parity/engine.ts'

const choice = { method: 'full-fine-tuning', placement: 'start' } as const
const [rate, steps] = [1e-3, 20]

interface Target {
  readonly at: number
  readonly right: number
  readonly among: readonly number[] | null
}

interface Row {
  readonly ids: readonly number[]
  readonly targets: readonly Target[]
}

interface Found {
  readonly losses: readonly number[]
  readonly gradient: Readonly<Record<string, readonly number[]>>
  readonly logits: readonly (readonly number[])[]
  readonly ids?: readonly (readonly number[])[]
}

interface Asked {
  readonly folder: string
  readonly batches: readonly (readonly Row[])[]
  readonly steps: number
  readonly texts: readonly string[]
}

/** All in one process: importing PyTorch takes longer than its work. */
function inPython(asked: readonly Asked[]): Found[] {
  const scratch = temporaryFolder()
  const outs = asked.map((_, i) => join(scratch, `found-${String(i)}.json`))
  pythonJob(
    'full.py',
    asked.map((each, i) => ({ ...each, rate, out: outs[i] })),
    scratch,
  )
  return outs.map((out) => JSON.parse(readFileSync(out, 'utf8')) as Found)
}

/** An example as PyTorch takes it. */
function rowOf({ sequence, targetPositions, labels, path }: TrainingExample, found: Reference): Row {
  const trie = labelTrie(found.answers, found.end, found.answers.map(String))
  const id = (candidate: number): number => trie.candidates[candidate] ?? -1
  const targets = targetPositions.map((at, i): Target => {
    const step = path[i]
    if (!step) return { at, right: labels[i] ?? -1, among: null }
    return { at, right: id(step.child), among: (trie.nodes[step.node]?.children ?? []).map(id) }
  })
  return { ids: sequence.ids, targets }
}

async function weightsOf(model: PreparedModel): Promise<NamedTensors> {
  const found: [string, Tensor][] = []
  for (const [name, ref] of Object.entries(model.weights))
    found.push([name, { shape: ref.shape, data: await readWeight(model.folder, ref) }])
  return Object.fromEntries(found)
}

it('every weight has PyTorch’s gradient, in every family and loss, and 20 steps of AdamW are PyTorch’s', async () => {
  const cases = await Promise.all(
    families.flatMap((family) =>
      (['vocabulary', 'labels'] as const).map(async (loss) => {
        const [found, model] = [reference(family), await tinyModel(family)]
        const examples = examplesOf(found, { ...choice, loss })
        // Each step has other rows, the first one all of them.
        const batches = [examples, ...examples.map((_, i) => examples.filter((_each, at) => at !== i))]
        return { name: `${family}, ${loss}`, family, loss, found, model, examples, batches }
      }),
    ),
  )
  const asked = cases.map(({ family, found, batches, loss }) => ({
    folder: tinyFolder(family),
    batches: batches.map((batch) => batch.map((each) => rowOf(each, found))),
    steps: loss === 'vocabulary' ? steps : 1,
    texts: [],
  }))
  const all = inPython(asked)
  for (const [i, { name, found, model, loss, examples, batches }] of cases.entries()) {
    const theirs = all[i] as Found
    const step = trainingStepOf(model, found, { ...choice, loss }, examples, 2)
    const state = await openWeights(
      { best: undefined },
      { folder: undefined, optimiser: optimiserOf({ optimiser: 'adamw' }), initial: () => weightsOf(model) },
    )
    const losses: number[] = []
    for (let at = 1; at <= theirs.losses.length; at++) {
      const { loss: mean, gradients } = await step.gradient(batches[(at - 1) % batches.length] ?? [], state.tensors)
      losses.push(mean)
      if (at === 1) expectGradient(name, gradients, theirs.gradient)
      state.update(gradients, at, { learningRate: rate, weightDecay: 0 })
    }
    await step.release()
    expect(losses.length, name).toBe(loss === 'vocabulary' ? steps : 1)
    expect(Math.max(...losses.map((mean, at) => Math.abs(mean - (theirs.losses[at] ?? NaN)))), name).toBeLessThan(1e-3)
    if (loss === 'vocabulary') expect(losses.at(-1), name).toBeLessThan(0.9 * (losses[0] ?? 0))
  }
}, 600_000)

function expectGradient(
  name: string,
  ours: Readonly<Record<string, Float32Array>>,
  theirs: Readonly<Record<string, readonly number[]>>,
): void {
  expect(Object.keys(theirs).sort(), name).toEqual(Object.keys(ours).sort())
  expect(apart(ours, theirs), name).toBeLessThan(1e-4)
  // Small tensors as well, which the norm of all would hide.
  for (const [tensor, slope] of Object.entries(theirs))
    expect(
      apart({ [tensor]: ours[tensor] ?? new Float32Array() }, { [tensor]: slope }),
      `${name}, ${tensor}`,
    ).toBeLessThan(1e-3)
}

const question = [5, 9, 40, 33, 7, 12]
const text = 'Text: where is my parcel? Answer: delivery'

async function logitsOf(model: PreparedModel): Promise<Float32Array> {
  const runner = createInferenceRunner(model, { threads: 1 })
  const sequence = layOut({ before: [], text: question, after: [] }, [], undefined)
  const targetPositions = [question.map((_, i) => i)]
  const { data } = await runner.logits({
    sequences: [sequence],
    parts: undefined,
    targetPositions,
    candidates: undefined,
  })
  await runner.release()
  return data
}

it('a fine-tuned model loads in transformers with the same logits and tokens, also where its base came as GGUF', async () => {
  const folder = temporaryFolder()
  const made: { readonly folder: string; readonly model: PreparedModel }[] = []
  const settings = { method: choice.method, learningRate: 5e-3, steps: 6, validateEvery: 3 } as const
  for (const family of families) {
    const at = join(folder, family)
    const files = { state: join(at, 'state'), model: join(at, 'model'), name: 'x', cache: join(at, 'cache') }
    const found = await run(family, settings, { files })
    if (!found.made) throw new Error('no model')
    expect(await logitsOf(found.made)).not.toEqual(await logitsOf(found.model))
    made.push({ folder: files.model, model: found.made })
  }
  for (const family of ['llama', 'qwen2', 'qwen3']) {
    const at = join(folder, `${family}-gguf`)
    const path = fileURLToPath(new URL(`../fixtures/model/${family}.gguf`, import.meta.url))
    const model = await prepareModel(path, join(at, 'cache'), { name: family })
    await writeModelFolder(join(at, 'model'), model, { tensors: await weightsOf(model) })
    made.push({ folder: join(at, 'model'), model })
  }
  const batches = [[{ ids: question, targets: [] }]]
  const all = inPython(made.map((each) => ({ folder: each.folder, batches, steps: 0, texts: [text] })))
  for (const [i, { model, folder: at }] of made.entries()) {
    const ours = await logitsOf(model)
    const theirs = all[i]?.logits[0] ?? []
    const largest = ours.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(theirs.length, at).toBe(ours.length)
    expect(Math.max(...ours.map((value, k) => Math.abs(value - (theirs[k] ?? NaN)))) / largest, at).toBeLessThan(1e-4)
    expect(all[i]?.ids, at).toEqual([createTokenizer(model.tokenizer).encode(text)])
  }
}, 600_000)
