// softprompt score RUN DATA --text COL --label COL
import { Command } from 'commander'
import { importData, sayProblems } from '../data.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, withCommon } from '../options.ts'
import { choicesOf, type ReadingOptions, withReading } from '../reading.ts'
import { describeEvaluation } from '../words.ts'

interface ScoreOptions extends CommonOptions, ReadingOptions {
  readonly text: string
  readonly label: string
  readonly context?: string
}

export function scoreCommand(host: Host): Command {
  const command = new Command('score')
    .description('score labelled rows without and with the tuned prompt')
    .argument('<run>')
    .argument('<data>')
    .requiredOption('--text <column>', 'column with the texts')
    .requiredOption('--label <column>', 'column with the right answers')
    .option('--context <column>', 'column with the context that each question is about')
    .action((run: string, path: string, options: ScoreOptions) =>
      withStudio(host, options, async (session) => {
        const { studio, output, signal } = session
        const data = await importData(session, path, choicesOf(options))
        const { dataset, version } = data
        const { text, label, context } = options
        await sayProblems(session, data, { text, label, ...given({ context }) })
        const input = {
          run,
          dataset,
          version,
          text,
          label,
          ...given({ context }),
        }
        const evaluations = await studio.call('score', input, {
          onEvent: (event) => {
            output.event(event)
          },
          signal,
        })
        output.result({ run, evaluations }, evaluations.map(describeEvaluation))
      }),
    )
  return withCommon(withReading(command))
}
