// softprompt try RUN "text"
import { Command } from 'commander'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, realNumber, wholeNumber, withCommon } from '../options.ts'

interface TryOptions extends CommonOptions {
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topP: number
  readonly stop: readonly string[]
  readonly seed: number
  readonly context?: string
}

export function tryCommand(host: Host): Command {
  const command = new Command('try')
    .description('let the model answer a text with the tuned prompt')
    .argument('<run>')
    .argument('<text>')
    .option('--context <text>', 'the text that the question is about')
    .option('--max-new-tokens <n>', 'maximum number of tokens to generate', wholeNumber(1), 32)
    .option('--temperature <t>', 'sampling temperature; 0 = always the likeliest token', realNumber(0), 0)
    .option(
      '--top-p <p>',
      'nucleus sampling: sample among the likeliest tokens that add up to this probability',
      realNumber(),
      1,
    )
    .option('--stop <text...>', 'stop before any of these texts', ['\n'])
    .option('--seed <n>', 'random seed for sampling', wholeNumber(0), 0)
    .action((run: string, text: string, options: TryOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const { maxNewTokens, temperature, topP, stop, seed } = options
        const sampling = { maxNewTokens, temperature, topP, stop: [...stop], seed }
        const answer = await studio.call(
          'try',
          { run, text, ...given({ context: options.context }), sampling },
          {
            onEvent: (event) => {
              output.event(event)
            },
            signal,
          },
        )
        output.result({ run, ...answer }, [])
      }),
    )
  return withCommon(command)
}
