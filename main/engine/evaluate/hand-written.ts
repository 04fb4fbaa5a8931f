// Written prompts: what a person could have told the model in words. The best of them is what a tuned prompt has to beat.
import type { ComputeEvent } from '../../contract/compute.ts'
import { StudioError } from '../../contract/errors/index.ts'
import { headlineOf } from '../../contract/metrics.ts'
import type { Example, Split, Template, TuneSettings } from '../../contract/settings.ts'
import { createRandom } from '../random.ts'
import { isChosen, taskOf } from '../task/index.ts'
import { place } from '../tokens/frame.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { scoreTask, type ScoreTask } from './score.ts'

/** Examples that stand in a prompt: more of them seldom help a small model, and each row has to be read behind them. */
const shots = [4, 8] as const
/** Validation rows that choose among the candidates; to write an answer takes longer than to choose one. */
const maxChoosingRows = { chosen: 64, written: 24 } as const
/** Tokens that a row may take with its examples: there are no virtual ones to leave room for. */
const maxTokens = 2048

/**
 * The candidates, as instructions for the settings' template: the person's own words, the template's instruction and
 * words for the kind of task, and the first of these with examples from the rows that tuning learned from.
 */
export function handWrittenPrompts(
  {
    task = 'classification',
    template,
    handWritten = '',
    seed,
  }: Pick<TuneSettings, 'task' | 'template' | 'handWritten' | 'seed'>,
  labels: readonly string[],
  train: readonly Example[],
): string[] {
  const words = [handWritten, template.instruction, taskOf({ task }).inWords(labels)].filter(
    (each) => each.trim() !== '',
  )
  const examples = someOfEach(train, Math.max(...shots), seed).map((example) => shown(template, example))
  const [first = ''] = words
  const withExamples = shots.flatMap((count) =>
    examples.length < count ? [] : [[first, '', ...examples.slice(0, count).flatMap((each) => [each, ''])].join('\n')],
  )
  return [...new Set([...words, ...withExamples])]
}

/** A row and its label, as the template asks and the model should answer. */
const shown = ({ kind, body, answerPrefix }: Template, { text, label }: Example): string =>
  body.replace(place, () => text) + (kind === 'chat' ? '\n' : '') + answerPrefix + label

/** Rows of each label in turn, by chance among those that are not long: all of them are read with every row. */
function someOfEach(train: readonly Example[], count: number, seed: number): Example[] {
  const lengths = train.map(({ text }) => text.length).sort((a, b) => a - b)
  const usual = lengths[lengths.length >> 1] ?? 0
  const random = createRandom(seed)
  const rows = random.shuffle(train.filter(({ text }) => text.length <= usual))
  const ofLabels = [...Map.groupBy(rows, ({ label }) => label).values()]
  const rounds = ofLabels.flatMap((some) => some.map((example, round) => ({ example, round })))
  return rounds
    .sort((a, b) => a.round - b.round)
    .slice(0, count)
    .map(({ example }) => example)
}

/** Every so many of the validation rows choose among the candidates. */
const choosingEvery = (settings: Pick<TuneSettings, 'task'>, rows: number): number =>
  Math.max(1, Math.ceil(rows / (isChosen(settings) ? maxChoosingRows.chosen : maxChoosingRows.written)))

/** How many of the validation rows choose among the candidates. */
export const choosingRows = (settings: Pick<TuneSettings, 'task'>, rows: number): number =>
  Math.ceil(rows / choosingEvery(settings, rows))

/** `settings` with a written prompt in place of virtual tokens. */
const handWrittenSettings = (settings: TuneSettings, instruction: string): TuneSettings => ({
  ...settings,
  tokens: 0,
  maxTokens: Math.max(settings.maxTokens, maxTokens),
  template: { ...settings.template, instruction },
})

/**
 * The candidate that answers most validation rows rightly, as the task of scoring with it: never chosen by held-out
 * rows. Undefined where none leaves room for a row.
 */
export async function bestHandWritten(
  reader: InferenceRunner,
  { model, settings, labels, split }: Pick<ScoreTask, 'model' | 'settings' | 'labels'> & { readonly split: Split },
  emit: (event: ComputeEvent) => void,
): Promise<Omit<ScoreTask, 'examples'> | undefined> {
  const candidates = handWrittenPrompts(settings, labels, split.train)
  const every = choosingEvery(settings, split.validation.length)
  const examples = split.validation.filter((_, i) => i % every === 0)
  let best: { readonly task: Omit<ScoreTask, 'examples'>; readonly right: number; readonly sure: number } | undefined
  for (const [i, handWritten] of candidates.entries()) {
    emit({ event: 'progress', stage: 'choosing a hand-written prompt', done: i, total: candidates.length })
    const task = { model, labels, prompt: undefined, settings: handWrittenSettings(settings, handWritten), handWritten }
    const found = await scoreTask(reader, { ...task, examples }, () => undefined).catch(unlessTooLong)
    if (!found) continue
    const sure = found.rows.reduce((sum, row) => sum + (row.logProbabilities[labels.indexOf(row.label)] ?? 0), 0)
    const right = headlineOf(found)
    if (!best || right > best.right || (right === best.right && sure > best.sure)) best = { task, right, sure }
  }
  return best?.task
}

/** Examples may be too long for the model. */
function unlessTooLong(error: unknown): undefined {
  if (error instanceof StudioError && error.code === 'tuning/no-room') return undefined
  throw error
}
