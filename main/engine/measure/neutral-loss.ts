// What a prompt costs of the base model's general ability: the loss on a fixed neutral text, with the prompt and without.
import { readFile } from 'node:fs/promises'
import type { NeutralLoss } from '../../contract/measures.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { encoderFor } from '../evaluate/encode.ts'
import { createInferenceRunner } from '../evaluate/inference-runner.ts'
import type { PlacedPrompt } from '../evaluate/label-scores.ts'
import { layOut, type LayoutSettings } from '../method/layout.ts'
import { countOf, virtualTokensOf } from '../method/virtual.ts'
import { resources } from '../resources.ts'
import type { TrainingExample } from '../train/example.ts'
import { teacherForced } from '../train/teacher-forced.ts'

/** Our own paragraphs about nothing that anybody tunes for; figures compare only where the text is the same. */
const neutralText = (): Promise<string> => readFile(resources('neutral/text.txt'), 'utf8')

/** Whether the base model reads a text by itself: no part of a prompt after the text acts on it. */
export const readsAlone = ({ placement }: Pick<TuneSettings, 'placement'>): boolean => placement === 'after-text'

/**
 * Mean of -log p of a token in nats, each predicted from those before it over the whole vocabulary. Undefined, and nothing
 * is computed, where the base model reads texts by itself: there the loss is the same by construction. A text that is
 * longer than the model reads is cut. `base`: the model without the prompt, where the prompt answers with another.
 */
export async function neutralLoss(
  model: PreparedModel,
  placed: PlacedPrompt & { readonly settings: TuneSettings },
  { base = model, threads }: { readonly base?: PreparedModel; readonly threads: number },
): Promise<NeutralLoss | undefined> {
  const { settings, parts } = placed
  if (readsAlone(settings)) return undefined
  const { tokenizer } = encoderFor(model, settings, [])
  const room = model.config.context - countOf(virtualTokensOf(parts))
  const ids = tokenizer.encodeWithSpecials(await neutralText()).slice(0, room)
  return {
    alone: await meanLoss({ model: base, threads }, neutralExample(ids, undefined), undefined),
    tuned: await meanLoss({ model, threads }, neutralExample(ids, settings), parts),
  }
}

/** Every token but the first is a target: what is predicted is the same with virtual tokens before the text and without. */
function neutralExample(ids: readonly number[], settings: LayoutSettings | undefined): TrainingExample {
  const sequence = layOut({ before: [], text: ids, after: [] }, [], settings)
  const first = sequence.ids.length - ids.length
  const labels = ids.slice(1)
  return { sequence, targetPositions: labels.map((_, i) => first + i), path: [], labels }
}

/** One session at a time is open, since each maps the weights. */
async function meanLoss(
  { model, threads }: { readonly model: PreparedModel; readonly threads: number },
  example: TrainingExample,
  parts: PlacedPrompt['parts'] | undefined,
): Promise<number> {
  const runner = createInferenceRunner(model, { threads, sessions: 1 })
  const [answer] = await teacherForced(runner, [example], { parts }).finally(() => runner.release())
  return -(answer?.logProbability ?? NaN) / Math.max(1, example.labels.length)
}
