// softprompt score RUN DATA --text COL --label COL, and softprompt score DATA ... --prompt A,B,C --as committee
import { Command } from 'commander'
import type { StudioEvent } from '../../../contract/service.ts'
import { chosenPrompts, committeeLines, type CommitteeOptions, withCommittee } from '../committee.ts'
import { importData, sayProblems } from '../data.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, withCommon } from '../options.ts'
import { choicesOf, type ReadingOptions, withReading } from '../reading.ts'
import { describeEvaluation } from '../words.ts'

interface ScoreOptions extends CommonOptions, ReadingOptions, CommitteeOptions {
  readonly text: string
  readonly label: string
  readonly context?: string
}

export function scoreCommand(host: Host): Command {
  const command = new Command('score')
    .description('score labelled rows without and with the tuned prompt, or with several that answer together')
    .argument('[run and data...]')
    .usage('[options] <run> <data>')
    .requiredOption('--text <column>', 'column with the texts')
    .requiredOption('--label <column>', 'column with the right answers')
    .option('--context <column>', 'column with the context that each question is about')
    .action((words: string[], options: ScoreOptions) => {
      const {
        prompts,
        rest: [path = ''],
        together,
      } = chosenPrompts(words, ['data'], options)
      return withStudio(host, options, async (session) => {
        const { studio, output, signal } = session
        const data = await importData(session, path, choicesOf(options))
        const { dataset, version } = data
        const columns = { text: options.text, label: options.label, ...given({ context: options.context }) }
        await sayProblems(session, data, columns)
        const rows = { dataset, version, ...columns }
        const onEvent = (event: StudioEvent): void => {
          output.event(event)
        }
        if (together) {
          const figures = await studio.call('committees.score', { ...rows, runs: [...prompts] }, { onEvent, signal })
          output.result({ ...figures }, committeeLines(figures))
          return
        }
        const [run] = prompts
        const evaluations = await studio.call('score', { ...rows, run }, { onEvent, signal })
        output.result({ run, evaluations }, evaluations.map(describeEvaluation))
      })
    })
  return withCommon(withCommittee(withReading(command)))
}
