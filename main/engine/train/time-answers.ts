// Times the answers to a few rows: with the prompt that a few steps have made, and without a prompt.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { Example } from '../../contract/settings.ts'
import { type Encoder, withoutInstruction } from '../evaluate/encode.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { scoreTask, type ScoreTask } from '../evaluate/score.ts'
import { bestHandWritten } from '../evaluate/hand-written.ts'
import { layOut } from '../method/layout.ts'
import { scoresLabels } from '../task/index.ts'
import { precomputeKv as openTexts } from './precompute-kv.ts'
import type { PreflightJob } from './time-steps.ts'

/** Rows behind written prompts that tell what these hold. */
const minRows = 4

type How = Pick<ScoreTask, 'prompt' | 'settings' | 'cached'>

export interface AnswerTimingJob {
  readonly job: PreflightJob
  readonly encoder: Encoder
  readonly prompt: TunedPrompt
  readonly examples: readonly Example[]
  readonly precomputes: boolean
  readonly resident: () => number
}

/** Times are milliseconds. */
export interface Answers {
  /** A row with the prompt, behind its text where that is read once. */
  readonly row: number
  /** A row without any, its text included. */
  readonly plainRow: number
  /** The session that each validation opens with little memory; 0 where it stays open. */
  readonly opening: number
  /** Bytes that the process holds, with little memory behind written prompts, whose rows hold more than any step. */
  readonly held: number
}

/** Computes the answers that a run's evaluation computes (train/tune.ts), for a few rows, with a runner of its own. */
export async function timeAnswers(
  runner: InferenceRunner,
  { job, encoder, prompt, examples, precomputes, resident }: AnswerTimingJob,
): Promise<Answers> {
  const { model, settings, labels, split } = job
  if (examples.length === 0) return { row: 0, plainRow: 0, opening: 0, held: 0 }
  const sequences = examples.map(({ text }) => layOut(encoder.row(text), encoder.trie.context, settings))
  const texts =
    precomputes && scoresLabels(settings)
      ? await openTexts({ model, runner }, settings, undefined, sequences, () => undefined)
      : undefined
  await texts?.precompute(sequences)
  const common = { model, labels }
  const timed = async (how: How, some: readonly Example[]): Promise<number> => {
    const began = performance.now()
    await scoreTask(runner, { ...common, ...how, examples: some }, () => undefined)
    return performance.now() - began
  }
  const smallSample = examples.slice(0, 2)
  const rowOf = async (how: How): Promise<number> => {
    await timed(how, smallSample)
    return (await timed(how, examples)) / examples.length
  }
  const openingOf = async (how: How): Promise<number> => {
    await runner.release()
    const cold = await timed(how, smallSample)
    return Math.max(0, cold - (await timed(how, smallSample)))
  }
  const plain = { prompt: undefined, settings: withoutInstruction(settings) }
  const row = await rowOf({ prompt, settings, ...(texts ? { cached: { texts, settings } } : {}) })
  const plainRow = await rowOf(plain)
  // Without virtual tokens all is asked of one session. What else the computer did beside one opening is not told.
  const opening = settings.memory === 'low' ? Math.min(await openingOf(plain), await openingOf(plain)) : 0
  if (settings.memory === 'low' && settings.duel !== false) {
    const validation = examples.slice(0, minRows)
    await bestHandWritten(runner, { model, settings, labels, split: { ...split, validation } }, () => undefined)
  }
  return { row, plainRow, opening, held: resident() }
}
