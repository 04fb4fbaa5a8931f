// What the studio's events and figures are called in plain words.
import type { EvaluationRecord, Subject } from '../../contract/records.ts'
import { figuresOfTask } from '../../contract/figures.ts'
import type { Outputs, StudioEvent } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { percent } from '../../contract/numbers.ts'

export type Words =
  | { readonly kind: 'line'; readonly text: string }
  | {
      readonly kind: 'progress'
      readonly label: string
      readonly done: number
      readonly total: number
      readonly note: string
    }

const number = (value: number): string => (Number.isFinite(value) ? value.toPrecision(4) : String(value))

const counted = (done: number, total: number): string => {
  if (total <= 0) return String(done)
  return total > 1e7 ? `${megabytes(done)} of ${megabytes(total)}` : `${String(done)} of ${String(total)}`
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

const subjects: Readonly<Record<Subject, string>> = {
  'no prompt': 'without a prompt',
  'hand-written prompt': 'with the best hand-written prompt',
  'tuned prompt': 'with the tuned prompt',
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** "Accuracy with the tuned prompt: 91.7 % (macro-F1 90.2 %), 60 rows"; `settings` are those of the run. */
export function describeEvaluation(
  e: Pick<EvaluationRecord, 'subject' | 'rows' | 'accuracy' | 'macroF1'>,
  settings: Pick<TuneSettings, 'task'>,
): string {
  const [first, second] = figuresOfTask(settings)
  return `${capital(first)} ${subjects[e.subject]}: ${percent(e.accuracy, 1)} (${second} ${percent(e.macroF1, 1)}), ${String(e.rows)} rows`
}

/** "With the tuned prompt: right fields 83.1 %, exactly right 60.0 %, valid JSON 100.0 %". */
export const describeMetrics = ({ subject, metrics }: Outputs['runs.metrics'][number]): string =>
  `${capital(subjects[subject])}: ${metrics.map(({ name, value }) => `${name} ${percent(value, 1)}`).join(', ')}`

const line = (text: string): Words => ({ kind: 'line', text })

type Describe<E> = (event: Extract<StudioEvent, { event: E }>, steps: number) => Words | undefined

const words: { readonly [E in StudioEvent['event']]: Describe<E> } = {
  // How a run ended is the command's own last word.
  state: ({ state }) => (state === 'running' ? line('The run has started.') : undefined),
  progress: ({ stage, done, total }) => ({ kind: 'progress', label: stage, done, total, note: counted(done, total) }),
  provider: ({ note }) => (note === '' ? undefined : line(note)),
  step: ({ step, loss, gradientNorm, milliseconds }, steps) => ({
    kind: 'progress',
    label: 'tuning',
    done: step,
    total: steps,
    note: `step ${counted(step, steps)}, loss ${number(loss)}, gradient ${number(gradientNorm)}, ${milliseconds.toFixed(0)} ms`,
  }),
  validation: ({ step, loss, accuracy, best }) =>
    line(
      `step ${String(step)}: validation loss ${number(loss)}, ${percent(accuracy, 1)} right${best ? ' (best)' : ''}`,
    ),
  warning: ({ message }) => line(message),
  checkpoint: () => undefined,
  // Figures are the command's own last word, too.
  evaluation: () => undefined,
  token: () => undefined,
  // For windows that show a list.
  changed: () => undefined,
}

/** Undefined where there is nothing to say. `steps`: how many the run has. */
export const describeEvent = (event: StudioEvent, steps: number): Words | undefined =>
  words[event.event](event as never, steps)
