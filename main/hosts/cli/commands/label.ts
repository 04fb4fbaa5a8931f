// softprompt label DATA --text COL --prompt NAME[,NAME…] [--as committee] [--context COL] [--out FILE]
import { basename, extname, join, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { studioError } from '../../../contract/errors/index.ts'
import {
  type LabelledForm,
  labelledForms,
  type LabellingDetails,
  type PromptAnswers,
  type StudioEvent,
} from '../../../contract/service.ts'
import { outdatedSentence, sureWords } from '../../../contract/words/calibration.ts'
import { rowsOf, rowsThat } from '../../../contract/words/counts.ts'
import { asOption, namesOf } from '../committee.ts'
import { readingLines } from '../data.ts'
import { quoted } from '../hints.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { Interrupted } from '../interrupted.ts'
import { given, realNumber, withCommon } from '../options.ts'
import { readablePath } from '../piped.ts'
import { choicesOf, type ReadingOptions, withReading } from '../reading.ts'
import { stoppable } from '../stoppable.ts'

interface LabelOptions extends CommonOptions, ReadingOptions {
  readonly text?: string
  readonly context?: string
  readonly prompt: readonly string[]
  readonly as?: 'committee'
  readonly out?: Result
  readonly below?: number
}

interface Result {
  readonly path: string
  readonly to: LabelledForm
}

export function labelCommand(host: Host): Command {
  const command = new Command('label')
    .description('answer every row of a table with tuned prompts; the table comes back with their answers')
    .argument('<data>')
    .requiredOption('--prompt <names>', 'the prompts that answer: names or numbers, parted by commas', namesOf)
    .addOption(asOption())
    .option('--text <column>', 'column with the texts (default: named as the one that the prompt was tuned on)')
    .option('--context <column>', 'column with the context that each question is about')
    .option(
      '--out <file>',
      'where the table goes: .xlsx, .csv or .jsonl (default: beside the data, as what it is)',
      outOf,
    )
    .option('--below <confidence>', 'write only rows whose answer is less sure than this, 0 to 1', realNumber(0))
    .addHelpText(
      'after',
      '\nTo answer rows by hand, or to correct answers, open the window: both are done by keys there.',
    )
    .action((data: string, options: LabelOptions) => label(host, data, options))
  return withCommon(withReading(command))
}

const formOf = (path: string): LabelledForm | undefined =>
  labelledForms.find((form) => extname(path).toLowerCase() === `.${form}`)

function outOf(path: string): Result {
  const to = formOf(path)
  if (to === undefined)
    throw new InvalidArgumentError(`Its name must end with ${labelledForms.map((f) => `.${f}`).join(', ')}.`)
  return { path: resolve(path), to }
}

/** Beside the data; what has no form of its own, such as Parquet, becomes CSV. */
function besides(path: string, { taken: { format } }: LabellingDetails): Result {
  const to = labelledForms.find((form) => form === format) ?? 'csv'
  return { path: join(resolve(path, '..'), `${basename(path, extname(path))} labelled.${to}`), to }
}

const label = (host: Host, path: string, { prompt, as, text, context, out, below, ...options }: LabelOptions) =>
  withStudio(host, options, async (session) => {
    const { studio, output, signal } = session
    const onEvent = (event: StudioEvent): void => {
      output.event(event)
    }
    const file = await readablePath(session, path)
    const opened = await studio
      .call(
        'labellings.open',
        { path: file.path, choices: choicesOf(options), prompts: [...prompt], ...given({ as }) },
        { onEvent, signal },
      )
      .finally(() => file.end())
    const { id: labelling, done } = opened
    const { rows, taken, skipped: skippedCount } = opened
    for (const line of readingLines({ name: opened.file, rows, taken, skipped: [], skippedCount })) output.say(line)
    if (done > 0) output.say(`${String(done)} of ${String(rows)} rows are labelled already.`)
    const ended = await labelled(session, opened, { ...given({ text, context }) })
    const target = out ?? besides(path, opened)
    const { rows: written } = await studio.call(
      'labellings.save',
      { labelling, ...target, ...given({ below }) },
      { onEvent, signal },
    )
    const answers = ended.answers.map(
      ({ name, members, counts, cut, confidences, disputed, threshold, unsure, outdated }): Answers => ({
        ...{ prompt: name, counts, cut, confidences },
        ...(members ? { members, disputed } : {}),
        ...(threshold === undefined ? {} : { threshold, unsure }),
        ...(outdated ? { outdated } : {}),
      }),
    )
    output.result({ labelling, out: target.path, rows: written, answers }, [
      ...answers.flatMap((each) => answerLines(each, answers.length > 1)),
      `Wrote ${rowsOf(written)} with answers to ${target.path}.`,
    ])
  })

/** Labels what is not labelled yet; ctrl-C stops that and keeps the answers. Errors: its own. */
async function labelled(
  session: Session,
  { id: labelling, file, state, text, context }: LabellingDetails,
  columns: { readonly text?: string; readonly context?: string },
): Promise<LabellingDetails> {
  const { studio, output } = session
  const same = (columns.text ?? text) === text && (columns.context ?? context) === context
  if (state === 'finished' && same) return studio.call('labellings.show', { labelling })
  const onEvent = (event: StudioEvent): void => {
    output.event(event)
  }
  const stopping = {
    sentence: 'Stopping. The answers so far are kept.',
    stop: () => studio.call('labellings.stop', { labelling }),
  }
  const ended = await stoppable(session, stopping, async () => {
    await studio.call('labellings.start', { labelling, ...columns })
    return studio.call('labellings.watch', { labelling }, { onEvent })
  })
  if (ended.state === 'finished') return ended
  if (ended.state !== 'stopped') throw studioError('label/failed', file, ended.error ?? '')
  output.result({ labelling, state: ended.state, done: ended.done, rows: ended.rows }, [
    `${String(ended.done)} of ${String(ended.rows)} rows are labelled. Give the same command again to go on.`,
  ])
  throw new Interrupted()
}

/** `members` and `disputed` where several prompts answer as one, `threshold` and `unsure` where there is one. */
type Answers = Pick<PromptAnswers, 'counts' | 'cut' | 'confidences'> &
  Partial<Pick<PromptAnswers, 'members' | 'disputed' | 'threshold' | 'unsure' | 'outdated'>> & {
    readonly prompt: string
  }

/** Answers that are named one by one, at most. */
const NAMED = 20

const answerLines = (
  { prompt, counts, cut, members, disputed = 0, threshold, unsure = 0, outdated }: Answers,
  named: boolean,
): string[] => [
  ...(named ? [`${quoted(prompt)}:`] : []),
  ...counts.slice(0, NAMED).map((each) => `  ${String(each.rows)}  ${each.label}`),
  ...(counts.length > NAMED ? [`  and ${String(counts.length - NAMED)} other answers`] : []),
  ...(members ? [`${prompt} answer as one, and disagree on ${rowsOf(disputed)}.`] : []),
  ...(outdated ? [outdatedSentence] : []),
  ...(threshold === undefined
    ? []
    : [
        `${rowsThat(unsure, 'is', 'are')} for a person: ${members ? 'they answer alone where they are' : 'the prompt answers alone where it is'} ${sureWords(threshold)}.`,
      ]),
  ...(cut > 0 ? [`${cut === 1 ? '1 text was' : `${String(cut)} texts were`} too long: the end was not read.`] : []),
]
