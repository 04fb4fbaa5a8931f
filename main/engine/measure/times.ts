// Times of using a tuned prompt: one answer, switching to it, and the KV precompute of its training rows.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { samplingLimits } from '../evaluate/answer-end.ts'
import { generate } from '../evaluate/generate.ts'
import { createInferenceRunner, type InferenceRunner } from '../evaluate/inference-runner.ts'
import { placedPrompt, scoreTask } from '../evaluate/score.ts'
import { openArchive } from '../export/open-prompt.ts'
import { evenly } from '../inspect/evenly.ts'
import type { Sequence } from '../method/layout.ts'
import { median } from '../statistics.ts'
import { scoresLabels } from '../task/index.ts'
import { cacheBytes, precomputeKv } from '../train/precompute-kv.ts'

/** Measurements of which the median is taken, odd so that it is one of them; a generated answer takes longer. */
const timed = { scored: 5, generated: 3, switched: 5, opened: 3 } as const
/** Training rows whose KV precompute is timed: two or three batches of short texts. */
const precomputedRows = 32

const nothing = (): void => undefined

async function millisecondsOf(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

interface Answering {
  readonly model: PreparedModel
  readonly prompt: TunedPrompt
  readonly examples: readonly Example[]
}

/**
 * Milliseconds of one answer as the playground gives it, to a row of median length; the sessions are open by then.
 * Undefined without any row.
 */
export async function answerTime(
  runner: InferenceRunner,
  { model, prompt, examples }: Answering,
): Promise<number | undefined> {
  const { settings, labels } = prompt
  const common = { model, prompt, settings }
  const greedy = { ...samplingLimits(settings), temperature: 0, topP: 1, seed: 0 }
  const answer = (example: Example): Promise<unknown> =>
    scoresLabels(settings)
      ? scoreTask(runner, { ...common, labels, examples: [example] }, nothing)
      : generate(
          runner,
          { ...common, sampling: greedy, text: example.text },
          { emit: nothing, stopRequested: () => false },
        )
  const rows = evenly(
    examples.toSorted((a, b) => a.text.length - b.text.length),
    scoresLabels(settings) ? timed.scored : timed.generated,
  )
  const [first] = rows
  if (!first) return undefined
  await answer(first)
  const times: number[] = []
  for (const row of rows) times.push(await millisecondsOf(() => answer(row)))
  return median(times)
}

/** Milliseconds from a prompt file's bytes to the parts that the model runs with. */
export async function switchTime(model: PreparedModel, file: Uint8Array): Promise<number> {
  const open = (): unknown => {
    const prompt = openArchive(file, 'prompt').promptFor(model.config)
    return prompt && placedPrompt(model, { ...prompt, modelHash: model.hash })
  }
  const times: number[] = []
  for (let i = 0; i < timed.switched; i++) times.push(await millisecondsOf(open))
  return median(times)
}

/** Milliseconds to open a model in place of another: the median of some times. */
export async function openTime(model: PreparedModel, threads: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < timed.opened; i++) {
    const runner = createInferenceRunner(model, { threads })
    times.push(await millisecondsOf(() => runner.ready()))
    await runner.release()
  }
  return median(times)
}

/** Seconds of the KV precompute of all the sequences, from some of them, computed afresh in memory. */
export async function precomputeTime(
  runner: InferenceRunner,
  { model, settings }: { readonly model: PreparedModel; readonly settings: TuneSettings },
  sequences: readonly Sequence[],
): Promise<number> {
  const some = evenly(sequences, precomputedRows)
  const texts = await precomputeKv({ model, runner, settings, folder: undefined, emit: nothing }, some)
  await runner.ready()
  const milliseconds = await millisecondsOf(() => texts.precompute(some))
  return ((milliseconds / 1000) * cacheBytes(model, sequences)) / Math.max(1, cacheBytes(model, some))
}
