// Full fine-tuning on tiny models: the gradient of every weight, training, checkpoints in files, and the model that results.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Checkpoint, RunFiles } from '../../../main/contract/compute.ts'
import { optimiserNames } from '../../../main/contract/settings.ts'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { createInferenceRunner } from '../../../main/engine/evaluate/inference-runner.ts'
import { scoreTask } from '../../../main/engine/evaluate/score.ts'
import { layOut } from '../../../main/engine/method/layout.ts'
import { readWeight } from '../../../main/engine/model/array-file.ts'
import { prepareModel } from '../../../main/engine/model/prepare.ts'
import { vocabularyExample } from '../../../main/engine/train/example.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { families, type Family, reference, tinyModel } from '../../support/tiny.ts'
import { uniform } from '../graph/run.ts'
import { labels, losses, rows, run } from '../method/small-run.ts'
import { apart, examplesOf, stepOf, trainingStepOf } from '../parity/engine.ts'

const method = 'full-fine-tuning'
const choice = { method, placement: 'start' } as const

async function weightsOf(family: Family): Promise<Record<string, Tensor>> {
  const model = await tinyModel(family)
  const weights = Object.entries(model.weights).map(async ([name, ref]): Promise<[string, Tensor]> => [
    name,
    { shape: ref.shape, data: await readWeight(model.folder, ref) },
  ])
  return Object.fromEntries(await Promise.all(weights))
}

const changed = (tensors: NamedTensors, name: string, by: (value: number, i: number) => number): NamedTensors => {
  const { shape, data } = tensors[name] as Tensor
  return { ...tensors, [name]: { shape, data: data.map(by) } }
}

describe.each(families)('the gradient of every weight of %s', (family) => {
  it.each([
    ['labels', 'normal'],
    ['vocabulary', 'normal'],
    ['vocabulary', 'low'],
  ] as const)('is the one that finite differences have: loss over %s, %s memory', async (loss, memory) => {
    const found = reference(family)
    const model = await tinyModel(family)
    const examples = examplesOf(found, { ...choice, loss })
    // Two rows at a time: the sums over micro-batches are right as well.
    const step = trainingStepOf(model, found, { ...choice, loss, memory }, examples, 2)
    const weights = await weightsOf(family)
    const { gradients } = await step.gradient(examples, weights)
    const copies = new Map(Object.entries(gradients).map(([name, slope]) => [name, slope.slice()]))
    expect([...copies.keys()].sort()).toEqual(Object.keys(model.weights).sort())
    for (const [name, slope] of copies) {
      // Along the gradient itself, where the loss changes most, and with it the difference is least lost in rounding.
      const norm = Math.hypot(...slope)
      expect(norm, name).toBeGreaterThan(1e-6)
      const reach = 0.02 * Math.min(1, 1 / norm)
      const lossAt = async (by: number): Promise<number> =>
        (
          await step.gradient(
            examples,
            changed(weights, name, (value, i) => value + (by * (slope[i] ?? 0)) / norm),
          )
        ).loss
      const [near, far] = [
        (await lossAt(reach)) - (await lossAt(-reach)),
        (await lossAt(2 * reach)) - (await lossAt(-2 * reach)),
      ]
      const difference = (8 * near - far) / (12 * reach)
      expect(Math.abs(difference - norm) / norm, name).toBeLessThan(0.01)
    }
    await step.release()
  })
})

it('a head in parts has the gradient of a whole one', async () => {
  const model = await tinyModel('llama')
  const random = uniform(9)
  const id = (): number => 4 + Math.floor(random() * 300)
  const settings = { ...choice, tokens: 0, tail: 1, memory: 'normal' } as const
  // So many targets that their logits take more than a part's share.
  const examples = Array.from({ length: 64 }, () => {
    const answer = Array.from({ length: 110 }, id)
    return vocabularyExample({ before: [], text: [id(), id()], after: [] }, answer, 1, settings)
  })
  const weights = await weightsOf('llama')
  const [together, apartStep] = [stepOf(model, settings, examples, 64), stepOf(model, settings, examples, 1)]
  const parts = await together.gradient(examples, weights)
  const whole = await apartStep.gradient(examples, weights)
  expect(Math.abs(parts.loss - whole.loss)).toBeLessThan(1e-4)
  const expected = Object.fromEntries(Object.entries(whole.gradients).map(([name, slope]) => [name, [...slope]]))
  expect(apart(parts.gradients, expected)).toBeLessThan(1e-4)
  await Promise.all([together.release(), apartStep.release()])
})

const own = { method, learningRate: 2e-3, steps: 12, validateEvery: 4 } as const

function filesIn(folder: string): RunFiles {
  return { state: join(folder, 'state'), model: join(folder, 'model'), name: 'tuned', cache: join(folder, 'cache') }
}

describe('a run', () => {
  it.each(families)('learns on %s: the forward graph has the loss that the next step has', async (family) => {
    const found = await run(family, { method, learningRate: 2e-3 })
    expect(found.outcome).toBe('finished')
    found.steps.forEach(({ loss, gradientNorm }, i) => {
      expect(Math.abs((found.validations[i]?.loss ?? NaN) - loss)).toBeLessThan(1e-4)
      expect(gradientNorm).toBeGreaterThan(0)
    })
    const [first = NaN, last = NaN] = [losses(found)[0], losses(found).at(-1)]
    expect(first - last).toBeGreaterThan(0.05)
  })

  it.each(optimiserNames)(
    'learns with the optimiser %s, and resumes to the same curve and the same model',
    async (optimiser) => {
      const settings = { ...own, optimiser, ...(optimiser === 'sgd' ? { learningRate: 0.05 } : {}) }
      const [one, other] = [filesIn(temporaryFolder()), filesIn(temporaryFolder())]
      const whole = await run('qwen2', settings, { files: one })
      expect((losses(whole)[0] ?? NaN) - (losses(whole).at(-1) ?? NaN)).toBeGreaterThan(0.01)
      const part = await run('qwen2', settings, { files: other, until: 6 })
      expect(part).toMatchObject({ outcome: 'stopped', untuned: true, made: undefined })
      const rest = await run('qwen2', settings, { files: other, ...(part.last ? { resume: part.last } : {}) })
      expect([...losses(part), ...losses(rest)]).toEqual(losses(whole))
      expect(rest.made?.hash).toBe(whole.made?.hash)
    },
  )

  it('keeps its tensors in files: a checkpoint names whole ones from the moment it is handed over, and no other stays', async () => {
    const files = filesIn(temporaryFolder())
    const seen: Checkpoint[] = []
    const found = await run('llama', own, {
      files,
      onCheckpoint: (checkpoint) => {
        seen.push(checkpoint)
        expect([checkpoint.tensors, checkpoint.first, checkpoint.second, checkpoint.best?.tensors]).toEqual([
          {},
          {},
          {},
          {},
        ])
        for (const name of Object.values(checkpoint.files ?? {})) expect(existsSync(join(files.state, name))).toBe(true)
        if (checkpoint.step > 0) expect(checkpoint.files).toBeDefined()
      },
    })
    expect(seen.at(-1)?.finished).toBe(true)
    expect(readdirSync(files.state)).toEqual([`weights-${String(found.last?.best?.step)}.safetensors`])
  })

  it('goes on from its last checkpoint whatever a killed process has left in its folder', async () => {
    const files = filesIn(temporaryFolder())
    const whole = await run('llama', own, { files: filesIn(temporaryFolder()) })
    const part = await run('llama', own, { files, until: 6 })
    writeFileSync(join(files.state, 'weights-8.safetensors'), 'half a file')
    writeFileSync(join(files.state, 'optimiser-12.safetensors.part'), 'half a file')
    const rest = await run('llama', own, { files, ...(part.last ? { resume: part.last } : {}) })
    expect([...losses(part), ...losses(rest)]).toEqual(losses(whole))
    expect(rest.made?.hash).toBe(whole.made?.hash)
  })

  it('says which file is damaged', async () => {
    const files = filesIn(temporaryFolder())
    const part = await run('llama', own, { files, until: 6 })
    writeFileSync(join(files.state, part.last?.files?.weights ?? ''), 'not what was written')
    await expect(run('llama', own, { files, ...(part.last ? { resume: part.last } : {}) })).rejects.toMatchObject({
      code: 'store/damaged',
    })
  })

  it('of which nothing was better than its start makes a model with the base model’s weights', async () => {
    const files = filesIn(temporaryFolder())
    // Steps so far too long that every validation after the first is worse.
    const { made, last, model } = await run('llama', { ...own, steps: 2, learningRate: 3 }, { files })
    expect(last?.best?.step).toBe(0)
    if (!made) throw new Error('no model')
    expect((await firstLogits(made)).data).toEqual((await firstLogits(model)).data)
  })
})

async function firstLogits(model: Awaited<ReturnType<typeof tinyModel>>) {
  const runner = createInferenceRunner(model, { threads: 1 })
  const sequence = layOut({ before: [5, 9], text: [40, 33, 7], after: [] }, [], undefined)
  const query = { sequences: [sequence], parts: undefined, targetPositions: [[4]], candidates: undefined }
  return runner.logits(query).finally(() => runner.release())
}

describe('the model that results', () => {
  it.each(families)('is a folder that opens as itself, and answers as the run was evaluated: %s', async (family) => {
    const files = filesIn(temporaryFolder())
    const { made, prompt, settings, evaluations, model: base } = await run(family, own, { files })
    if (!made) throw new Error('no model')
    expect(readdirSync(files.model).sort()).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json']),
    )
    const opened = await prepareModel(files.model, files.cache, { name: 'again' })
    expect(opened.hash).toBe(made.hash)
    expect(opened.config).toEqual(base.config)
    expect(prompt).toMatchObject({ tensors: {}, modelHash: made.hash })
    const runner = createInferenceRunner(opened, { threads: 1 })
    const task = { model: opened, settings, labels, examples: rows(6, 200), prompt }
    const scored = await scoreTask(runner, task, () => undefined)
    await runner.release()
    const [tuned, none] = evaluations
    expect([tuned?.subject, none?.subject]).toEqual(['tuned prompt', 'no prompt'])
    expect(scored.rows).toEqual(tuned?.rows)
    expect(none?.rows).not.toEqual(tuned?.rows)
  })

  it.each([method, 'prompt-tuning'] as const)('can be tuned on further: %s', async (next) => {
    const { made, settings, evaluations } = await run('qwen3', own, { files: filesIn(temporaryFolder()) })
    if (!made) throw new Error('no model')
    const files = filesIn(temporaryFolder())
    const further = await run('qwen3', { ...own, method: next }, { base: made, files })
    // It sets out from where the first run ended: what answers with no prompt is what that run made.
    const [tuned, alone] = [evaluations[0], further.evaluations.find(({ subject }) => subject === 'no prompt')]
    expect(settings.method).toBe(method)
    expect(alone?.rows).toEqual(tuned?.rows)
    expect(further.made === undefined).toBe(next !== method)
    expect(losses(further).at(-1)).toBeLessThan(losses(further)[0] ?? NaN)
  })
})
