// The studio's events and metrics as sentences for people.
import { headlineOf, type Measured, metricTitle, namesOf } from '../../contract/metrics.ts'
import { percent } from '../../contract/numbers.ts'
import type { EvaluationFigures, SplitSizes } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { capital } from '../../contract/words/capital.ts'
import { foldsSentence } from '../../contract/words/few-rows.ts'
import { subjectWords } from '../../contract/words/subjects.ts'

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

/** "accuracy 91.7 %". */
export const describeHeadline = (measured: Measured): string =>
  `${metricTitle(measured.headline)} ${percent(headlineOf(measured), 1)}`

/** "Accuracy with the tuned prompt: 91.7 % (macro-F1 90.2 %), 60 rows". */
export function describeEvaluation(evaluation: EvaluationFigures): string {
  const { subject, headline, metrics, rows } = evaluation
  const others = namesOf([evaluation]).filter((name) => name !== headline)
  const more = others.map((name) => `${metricTitle(name)} ${percent(metrics[name] ?? NaN, 1)}`)
  return `${capital(metricTitle(headline))} ${subjectWords[subject].how}: ${percent(headlineOf(evaluation), 1)} (${more.join(', ')}), ${String(rows)} rows`
}

/** How a run's rows are used. */
export const rowsSentence = ({ train, validation, test, folds }: SplitSizes): string =>
  folds === undefined
    ? `Rows: ${String(train)} for training, ${String(validation)} for validation, ${String(test)} for testing`
    : foldsSentence(folds, train)

const line = (text: string): Words => ({ kind: 'line', text })

type Describe<E> = (event: Extract<StudioEvent, { event: E }>, steps: number) => Words | undefined

const words: { readonly [E in StudioEvent['event']]: Describe<E> } = {
  // The command itself reports how a run ended.
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
  validation: ({ step, loss, best, ...validation }) =>
    line(
      `step ${String(step)}: validation loss ${number(loss)}, ${describeHeadline(validation)}${best ? ' (best)' : ''}`,
    ),
  untuned: (measured) => line(`The model alone on the validation set: ${describeHeadline(measured)}`),
  warning: ({ message }) => line(message),
  checkpoint: () => undefined,
  // Shown beside the progress of what is under way (output.ts).
  outlook: () => undefined,
  // The command itself reports the metrics at the end.
  evaluation: () => undefined,
  token: () => undefined,
  // Goes to the program that asked.
  wrote: () => undefined,
  // For windows that show a list.
  request: () => undefined,
  changed: () => undefined,
}

/** Undefined where there is nothing to say. `steps`: how many the run has. */
export const describeEvent = (event: StudioEvent, steps: number): Words | undefined =>
  words[event.event](event as never, steps)
