// Times the answers to a few rows, with the prompt of the pre-flight's steps and without a prompt.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { Example } from '../../contract/settings.ts'
import { type Encoder, withoutInstruction } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { readingOf } from '../evaluate/reading.ts'
import { scoreTask, type ScoreTask } from '../evaluate/score.ts'
import { bestHandWritten } from '../evaluate/hand-written.ts'
import { layOut } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import { precomputeKv } from './precompute-kv.ts'
import type { PreflightJob } from './time-steps.ts'

/** Rows to answer with hand-written prompts, to measure their memory. */
const minRows = 4

type Variant = Pick<ScoreTask, 'prompt' | 'settings' | 'reading'>

export interface AnswerTimingJob {
  readonly job: PreflightJob
  readonly encoder: Encoder
  readonly prompt: TunedPrompt
  readonly examples: readonly Example[]
  readonly precomputes: boolean
  readonly resident: () => number
}

/** Times in milliseconds, and the memory of the process. */
export interface Answers {
  /** Answering a row with the prompt; without its text's precompute, where that is cached. */
  readonly row: number
  /** Answering a row without a prompt, its text included. */
  readonly plainRow: number
  /** Opening the session of a validation with little memory; 0 where sessions stay open. */
  readonly opening: number
  /** Resident bytes; with little memory measured after hand-written prompts, whose rows take more than any step. */
  readonly peakBytes: number
}

/** Computes the answers of a run's evaluation (train/tune.ts) for a few rows. */
export async function timeAnswers(
  runner: InferenceRunner,
  { job, encoder, prompt, examples, precomputes, resident }: AnswerTimingJob,
): Promise<Answers> {
  const { model, settings, labels, split } = job
  if (examples.length === 0) return { row: 0, plainRow: 0, opening: 0, peakBytes: 0 }
  const sequences = examples.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const texts =
    precomputes && scoresLabels(settings)
      ? await precomputeKv({ model, runner, settings, folder: undefined, emit: () => undefined }, sequences)
      : undefined
  await texts?.precompute(sequences)
  const common = { model, labels }
  const timed = async (variant: Variant, some: readonly Example[]): Promise<number> => {
    const began = performance.now()
    await scoreTask(runner, { ...common, ...variant, examples: some }, () => undefined)
    return performance.now() - began
  }
  const smallSample = examples.slice(0, 2)
  const rowOf = async (variant: Variant): Promise<number> => {
    await timed(variant, smallSample)
    return (await timed(variant, examples)) / examples.length
  }
  const openingOf = async (variant: Variant): Promise<number> => {
    await runner.release()
    const cold = await timed(variant, smallSample)
    return Math.max(0, cold - (await timed(variant, smallSample)))
  }
  const plain = { prompt: undefined, settings: withoutInstruction(settings) }
  const row = await rowOf({ prompt, settings, ...(texts ? { reading: readingOf(settings, texts) } : {}) })
  const plainRow = await rowOf(plain)
  // Without virtual tokens every answer uses one session. The smaller of two times excludes a disturbance by other programs.
  const opening = settings.memory === 'low' ? Math.min(await openingOf(plain), await openingOf(plain)) : 0
  if (settings.memory === 'low' && settings.duel !== false) {
    const validation = examples.slice(0, minRows)
    await bestHandWritten(runner, { model, settings, labels, split: { ...split, validation } }, () => undefined)
  }
  return { row, plainRow, opening, peakBytes: resident() }
}
