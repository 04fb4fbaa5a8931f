// softprompt try RUN "text", and softprompt try "text" --prompt A,B,C --as committee
import { Command } from 'commander'
import { percent } from '../../../contract/numbers.ts'
import { unsureSentence } from '../../../contract/words/calibration.ts'
import { aligned } from '../aligned.ts'
import { answerLines, chosenPrompts, type CommitteeOptions, withCommittee } from '../committee.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { given, realNumber, wholeNumber, withCommon } from '../options.ts'

interface TryOptions extends CommonOptions, CommitteeOptions {
  readonly free?: true
  readonly maxNewTokens?: number
  readonly temperature: number
  readonly topP: number
  readonly topK?: number
  readonly minP?: number
  readonly repetitionPenalty?: number
  readonly stop?: readonly string[]
  readonly seed: number
  readonly context?: string
}

export function tryCommand(host: Host): Command {
  const command = new Command('try')
    .description('answer a text with the tuned prompt: its labels with their likelihoods, or the answer it writes')
    .argument('[run and text...]')
    .usage('[options] <run> <text>')
    .option('--context <text>', 'the text that the question is about')
    .option('--free', 'write freely, where the prompt chooses among labels')
    .option('--max-new-tokens <n>', 'maximum number of tokens to write (default: as in the evaluation)', wholeNumber(1))
    .option('--temperature <t>', 'sampling temperature; 0 = always the likeliest token', realNumber(0), 0)
    .option(
      '--top-p <p>',
      'nucleus sampling: sample among the likeliest tokens that add up to this probability',
      realNumber(),
      1,
    )
    .option('--top-k <n>', 'sample among so many of the likeliest tokens (default: all)', wholeNumber(1))
    .option('--min-p <share>', 'leave out tokens less likely than this share of the likeliest one', realNumber(0))
    .option(
      '--repetition-penalty <factor>',
      'make tokens less likely that were read or written already; 1 = not (default), 1.2 = clearly',
      realNumber(),
    )
    .option('--stop <text...>', 'stop before any of these texts (default: as in the evaluation)')
    .option('--seed <n>', 'random seed for sampling', wholeNumber(0), 0)
    .action((words: string[], options: TryOptions) => {
      const { prompts, rest, together } = chosenPrompts(words, ['text'], options)
      return withStudio(host, options, async (session) => {
        const question = { run: prompts[0], text: rest[0] ?? '', ...given({ context: options.context }) }
        const chose = together
          ? await chooseTogether(session, prompts, question)
          : !options.free && (await choose(session, question))
        if (!chose) await write(session, question, options)
        else if (writing.some((name) => command.getOptionValueSource(name) === 'cli'))
          session.output.say(
            `The options of writing have no effect on labels${together ? '.' : ': give --free to let the model write.'}`,
          )
      })
    })
  return withCommon(withCommittee(command))
}

/** Options that only count where the model writes. */
const writing = [
  ...['free', 'maxNewTokens', 'temperature', 'topP', 'topK', 'minP', 'repetitionPenalty', 'stop', 'seed'],
] as const

interface Question {
  readonly run: string
  readonly text: string
  readonly context?: string
}

/** Prints the labels, the likeliest first; false where the prompt has none. */
async function choose({ studio, output, signal }: Session, question: Question): Promise<boolean> {
  const onEvent = (event: Parameters<typeof output.event>[0]): void => {
    if (event.event === 'warning') output.event(event)
  }
  const { labels, unsure } = await studio.call('classify', question, { onEvent, signal })
  if (labels.length === 0) return false
  const lines = aligned(labels.map(({ label, probability }) => [percent(probability, 1), label]))
  output.result({ run: question.run, answer: labels[0]?.label, labels, ...given({ unsure }) }, [
    ...lines,
    ...(unsure ? [`Unsure. ${unsureSentence(unsure)}`] : []),
  ])
  return true
}

/** Prints what the prompts answer together, and each of them alone. */
async function chooseTogether(
  { studio, output, signal }: Session,
  prompts: readonly string[],
  { run: _, ...text }: Question,
): Promise<true> {
  const onEvent = (event: Parameters<typeof output.event>[0]): void => {
    if (event.event === 'warning') output.event(event)
  }
  const answer = await studio.call('committees.classify', { ...text, prompts: [...prompts] }, { onEvent, signal })
  output.result({ prompts, answer: answer.labels[0]?.label, ...answer }, answerLines(answer))
  return true
}

async function write({ studio, output, signal }: Session, question: Question, options: TryOptions): Promise<void> {
  const { maxNewTokens, temperature, topP, topK, minP, repetitionPenalty, stop, seed } = options
  const sampling = {
    ...{ temperature, topP, seed },
    ...given({ maxNewTokens, topK, minP, repetitionPenalty, stop: stop && [...stop] }),
  }
  const onEvent = (event: Parameters<typeof output.event>[0]): void => {
    output.event(event)
  }
  const answer = await studio.call('try', { ...question, sampling }, { onEvent, signal })
  output.result({ run: question.run, ...answer }, [])
}
