// Hand-written prompts: instructions and few-shot examples in plain text. The best one is the baseline for a tuned prompt.
import type { ComputeEvent } from '../../contract/compute.ts'
import { StudioError } from '../../contract/errors/index.ts'
import { headlineOf } from '../../contract/metrics.ts'
import type { Example, Split, Template, TuneSettings } from '../../contract/settings.ts'
import { stages } from '../../contract/stages.ts'
import { createRandom } from '../random.ts'
import { scoresLabels, taskOf } from '../task/index.ts'
import { place } from '../tokens/frame.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { scoreTask, type ScoreTask } from './score.ts'

/** Few-shot examples in a prompt: more of them seldom help a small model, and every row has to attend to them. */
const shots = [4, 8] as const
/** Validation rows on which the candidates are compared: fewer where answers are generated, which takes longer. */
const maxChoosingRows = { scored: 64, generated: 24 } as const
/** Token limit of a row with its examples; no virtual tokens take a share of it. */
const maxTokens = 2048

/**
 * The candidates, each an instruction for the settings' template: the user's own prompt, the template's instruction, the
 * task's default instruction, and the first of these with few-shot examples from the training rows.
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
  const instructions = [handWritten, template.instruction, taskOf({ task }).instruction(labels)].filter(
    (each) => each.trim() !== '',
  )
  const examples = someOfEach(train, Math.max(...shots), seed).map((example) => fewShot(template, example))
  const [first = ''] = instructions
  const withExamples = shots.flatMap((count) =>
    examples.length < count ? [] : [[first, '', ...examples.slice(0, count).flatMap((each) => [each, ''])].join('\n')],
  )
  return [...new Set([...instructions, ...withExamples])]
}

/** A row and its label as a few-shot example: the filled template with the right answer. */
const fewShot = ({ kind, body, answerPrefix }: Template, { text, label }: Example): string =>
  body.replace(place, () => text) + (kind === 'chat' ? '\n' : '') + answerPrefix + label

/** Rows of each label in turn, at random among those no longer than the median: examples lengthen every evaluated row. */
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

/** The candidates are compared on every n-th of the validation rows. */
const choosingEvery = (settings: Pick<TuneSettings, 'task'>, rows: number): number =>
  Math.max(1, Math.ceil(rows / (scoresLabels(settings) ? maxChoosingRows.scored : maxChoosingRows.generated)))

/** How many of the validation rows the candidates are compared on. */
export const choosingRows = (settings: Pick<TuneSettings, 'task'>, rows: number): number =>
  Math.ceil(rows / choosingEvery(settings, rows))

/** `settings` with a hand-written prompt in place of virtual tokens. */
const handWrittenSettings = (settings: TuneSettings, instruction: string): TuneSettings => ({
  ...settings,
  tokens: 0,
  maxTokens: Math.max(settings.maxTokens, maxTokens),
  template: { ...settings.template, instruction },
})

/**
 * The candidate with the best headline metric on the validation set, as the task of scoring with it; the test set takes no
 * part in the choice. Undefined where no candidate leaves enough tokens for a row.
 */
export async function bestHandWritten(
  runner: InferenceRunner,
  { model, settings, labels, split }: Pick<ScoreTask, 'model' | 'settings' | 'labels'> & { readonly split: Split },
  emit: (event: ComputeEvent) => void,
): Promise<Omit<ScoreTask, 'examples'> | undefined> {
  const candidates = handWrittenPrompts(settings, labels, split.train)
  const every = choosingEvery(settings, split.validation.length)
  const examples = split.validation.filter((_, i) => i % every === 0)
  const report = (done: number): void =>
    emit({ event: 'progress', stage: stages.choosing, done, total: candidates.length })
  let best:
    { readonly task: Omit<ScoreTask, 'examples'>; readonly headline: number; readonly likelihood: number } | undefined
  for (const [i, handWritten] of candidates.entries()) {
    report(i)
    const task = { model, labels, prompt: undefined, settings: handWrittenSettings(settings, handWritten), handWritten }
    const found = await scoreTask(runner, { ...task, examples }, () => undefined).catch(unlessTooLong)
    if (!found) continue
    const likelihood = found.rows.reduce((sum, row) => sum + (row.logProbabilities[labels.indexOf(row.label)] ?? 0), 0)
    const headline = headlineOf(found)
    if (!best || headline > best.headline || (headline === best.headline && likelihood > best.likelihood))
      best = { task, headline, likelihood }
  }
  report(candidates.length)
  return best?.task
}

/** Skips a candidate whose examples are too long for the model. */
function unlessTooLong(error: unknown): undefined {
  if (error instanceof StudioError && error.code === 'tuning/no-room') return undefined
  throw error
}
