// Several prompts as one: the options --prompt A,B,C --as committee, and how the result is reported.
import { type Command, CommanderError, Option } from 'commander'
import { studioError } from '../../contract/errors/index.ts'
import { headlineOf, metricTitle } from '../../contract/metrics.ts'
import { percent } from '../../contract/numbers.ts'
import type { CommitteeAnswer, CommitteeFigures } from '../../contract/service.ts'
import { togetherSentence, unsureSentence } from '../../contract/words/calibration.ts'
import { rowsOf } from '../../contract/words/counts.ts'
import { aligned } from './aligned.ts'

export interface CommitteeOptions {
  readonly prompt?: readonly string[]
  readonly as?: 'committee'
}

/** Names that are parted by commas, after those before. */
export const namesOf = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text.split(',').flatMap((name) => name.trim() || []),
]

/** --as */
export const asOption = (): Option =>
  new Option('--as <way>', 'committee: the prompts answer as one, by the mean of their probabilities').choices([
    'committee',
  ])

/** Adds --prompt and --as. */
export const withCommittee = (command: Command): Command =>
  command
    .option(
      '--prompt <names>',
      'the prompts that answer, in place of <run>: names or numbers, parted by commas',
      namesOf,
    )
    .addOption(asOption())

export interface Chosen {
  readonly prompts: readonly [string, ...string[]]
  /** The other arguments, one for each of the names. */
  readonly rest: readonly string[]
  /** Whether they answer as one; otherwise there is one prompt. */
  readonly together: boolean
}

/**
 * Which prompts answer: those of --prompt, or else the one that the first word names. `names`: what the command calls its
 * further arguments. Errors: CommanderError, 'committee/which', 'committee/as'.
 */
export function chosenPrompts(words: readonly string[], names: readonly string[], options: CommitteeOptions): Chosen {
  const [first, ...others] = words
  const named = options.prompt ?? (first === undefined ? [] : [first])
  const rest = options.prompt ? words : others
  const missing = named.length === 0 && !options.prompt ? 'run' : names[rest.length]
  if (missing !== undefined)
    throw new CommanderError(1, 'commander.missingArgument', `missing required argument '${missing}'`)
  if (rest.length > names.length) throw new CommanderError(1, 'commander.excessArguments', 'too many arguments')
  const [prompt, ...further] = named
  if (prompt === undefined) throw studioError('committee/which')
  const together = options.as === 'committee'
  if (further.length > 0 && !together) throw studioError('committee/as')
  return { prompts: [prompt, ...further], rest, together }
}

export function committeeLines(figures: CommitteeFigures): string[] {
  const { members, rows, sentence, headline, trust } = figures
  const all = [...members, { name: 'together', figure: headlineOf(figures) }]
  return [
    `${metricTitle(headline)} on ${rowsOf(rows)}:`,
    ...aligned(all.map(({ name, figure }) => [`  ${percent(figure, 1)}`, name])),
    sentence,
    ...(members.length > 1 ? [togetherSentence(trust)] : []),
  ]
}

/** The labels, the likeliest first, then what each of the prompts answers by itself. */
export function answerLines({ labels, members, agreeing, unsure }: CommitteeAnswer): string[] {
  const own = members.map(({ name, labels: [top] }) => [
    `  ${percent(top?.probability ?? 0, 1)}`,
    top?.label ?? '',
    name,
  ])
  return [
    ...aligned(labels.map(({ label, probability }) => [percent(probability, 1), label])),
    ...(unsure ? [`Unsure. ${unsureSentence(unsure)}`] : []),
    `${String(agreeing)} of ${String(members.length)} give this answer alone:`,
    ...aligned(own),
  ]
}
