// What a run consists of from its start to its verdict, and how long a unit of each part takes.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { Phase } from '../../contract/outlook.ts'
import type { BaselineName } from '../../contract/records.ts'
import type { RunPlan } from '../../contract/service.ts'
import { rowsRead } from '../../engine/baseline/index.ts'
import { choosingRows } from '../../engine/evaluate/hand-written.ts'
import { readsAlone } from '../../engine/measure/neutral-loss.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { sharesCache } from '../../engine/train/precompute-kv.ts'

/** The phase of each part. Texts are read before the first step and between the first ones. */
export const phaseOf = {
  opening: 'prepare',
  texts: 'prepare',
  untuned: 'prepare',
  sessions: 'learn',
  steps: 'learn',
  validations: 'learn',
  testTexts: 'judge',
  tuned: 'judge',
  calibrating: 'judge',
  alone: 'judge',
  choosing: 'judge',
  handWritten: 'judge',
  wordCount: 'judge',
  linearProbe: 'judge',
  measuring: 'judge',
} as const satisfies Record<string, Phase>

export type PartName = keyof typeof phaseOf

/** Steps, rows or texts; 1 where a part has no units. */
export type Units = Readonly<Record<PartName, number>>
/** Milliseconds of a unit. */
export type Rates = Readonly<Record<PartName, number>>

export type Planned = Pick<RunPlan, 'settings' | 'rows' | 'labels'>

/**
 * Hand-written prompts that are tried on the validation set: an instruction for the kind of task, and two with examples.
 * The KV cache of what comes before the text is computed once for all rows; on the starter model a row after few-shot
 * examples takes a third longer than one without.
 */
const INSTRUCTIONS = 1
const WITH_EXAMPLES = 2
const EXAMPLES_FACTOR = 4 / 3

/** Milliseconds to learn from one row and one label by a word count, as measured on two cores. */
const WORD_COUNT = 0.3

export function unitsOf({ settings, rows, labels }: Planned): Units {
  const { steps, validateEvery, duel } = settings
  // With folds, a rival that learns or chooses does so for each of them.
  const splits = rows.folds ?? 1
  const validations = 1 + (validateEvery > 0 ? Math.ceil(steps / validateEvery) : 1)
  const rivals = duel === false ? 0 : 1
  const baselines = scoresLabels(settings) ? rivals : 0
  const read = (name: BaselineName): number => baselines * rowsRead(name, rows, labels.length)
  return {
    opening: 1,
    // With folds, the validation rows are training rows, too.
    texts: rows.train + (rows.folds ? 0 : rows.validation),
    untuned: baselines * rows.validation,
    sessions: 1,
    steps: steps * promptsOf(rows),
    validations: validations * rows.validation,
    testTexts: scoresLabels(settings) ? rows.test : 0,
    tuned: rows.test,
    // With folds, its rows are answered already.
    calibrating: scoresLabels(settings) && !rows.folds ? rows.validation : 0,
    alone: rows.test,
    choosing: rivals * candidates(settings) * splits * choosingRows(settings, rows.validation / splits),
    handWritten: rivals * rows.test,
    wordCount: labels.length * read('word count'),
    linearProbe: read('linear probe'),
    measuring: 1,
  }
}

/** With folds, each of a run's steps is one of every prompt. */
export const promptsOf = ({ folds = 0 }: Planned['rows']): number => 1 + folds

/** How many hand-written prompts are tried, those with examples by the time that they take. */
function candidates({ handWritten = '', template }: Planned['settings']): number {
  const own = [handWritten, template.instruction].filter((instruction) => instruction.trim() !== '').length
  return INSTRUCTIONS + own + WITH_EXAMPLES * EXAMPLES_FACTOR
}

/** Times in milliseconds from which those of all parts follow. */
export type Basis = Pick<
  MeasuredSteps,
  'start' | 'opening' | 'step' | 'scoreRow' | 'answerRow' | 'plainRow' | 'precomputeRow'
>

/** Texts that are read once more at the end, to measure how long that takes (engine/measure). */
const TEXTS_READ = 32
/** The neutral text takes as long as so many rows, read with the prompt and without. */
const NEUTRAL_ROWS = 32
/** Opening sessions to measure the prompt with, as a share of the run's start. */
const REOPENING = 0.5

export function ratesFrom(basis: Basis, { settings }: Pick<Planned, 'settings'>): Rates {
  const { start, opening, step, scoreRow, answerRow, plainRow, precomputeRow } = basis
  const isCached = sharesCache(settings) && precomputeRow > 0
  // The model alone reuses the KV precompute of the texts made for the tuned prompt, unless the template has an instruction.
  const isShared = scoresLabels(settings) && sharesCache(settings) && settings.template.instruction === ''
  const alone = isShared ? (isCached ? answerRow : 0) : plainRow
  return {
    opening: start,
    texts: precomputeRow,
    untuned: alone,
    sessions: opening,
    steps: step,
    validations: scoreRow,
    testTexts: precomputeRow,
    tuned: answerRow,
    calibrating: answerRow,
    alone,
    choosing: plainRow,
    handWritten: EXAMPLES_FACTOR * plainRow,
    wordCount: WORD_COUNT,
    linearProbe: isCached ? answerRow : plainRow,
    measuring: REOPENING * start + TEXTS_READ * precomputeRow + (readsAlone(settings) ? 0 : NEUTRAL_ROWS * plainRow),
  }
}

export const partNames = Object.keys(phaseOf) as readonly PartName[]

/** Milliseconds of all parts. */
export const totalOf = (units: Units, rates: Rates): number =>
  partNames.reduce((sum, name) => sum + units[name] * rates[name], 0)
