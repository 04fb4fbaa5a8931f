// softprompt data FILE: what an import of the file would take
import { Command, Option } from 'commander'
import type { DataLook } from '../../../contract/service.ts'
import { type TaskName, taskNames } from '../../../contract/settings.ts'
import { problemLines, readingLines } from '../data.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, withCommon } from '../options.ts'
import { readablePath } from '../piped.ts'
import { choicesOf, type ReadingOptions, withReading } from '../reading.ts'

interface DataOptions extends CommonOptions, ReadingOptions {
  readonly text?: string
  readonly label?: string
  readonly context?: string
  readonly task?: TaskName
}

/** Labels that are named. */
const NAMED = 20

export function dataCommand(host: Host): Command {
  const command = withReading(
    new Command('data')
      .description('show how a data file is read: rows, columns, labels, what was guessed and skipped, and problems')
      .argument('<file>'),
  )
    .option('--text <column>', 'column with the texts (default: guessed)')
    .option('--label <column>', 'column with the right answers (default: guessed)')
    .option('--context <column>', 'column with the context that each question is about')
    .addOption(new Option('--task <task>', 'kind of task (default: guessed)').choices(taskNames))
    .action((path: string, options: DataOptions) =>
      withStudio(host, options, async (session) => {
        const { studio, output, signal } = session
        const { text, label, context, task } = options
        const file = await readablePath(session, path)
        const input = { path: file.path, choices: choicesOf(options), ...given({ text, label, context, task }) }
        const onEvent = (event: Parameters<typeof output.event>[0]): void => {
          output.event(event)
        }
        const look = await studio.call('data.look', input, { onEvent, signal }).finally(() => file.end())
        output.result({ ...look }, describe(look))
      }),
    )
  return withCommon(command)
}

function beginning(refusal: DataLook['refusal']): string {
  if (refusal === undefined) return 'Tuning can begin with these rows.'
  if (refusal === null)
    return 'These are too many rows to try out here: whether tuning can begin is told when it is started.'
  return `Tuning would not begin: ${refusal}`
}

function describe(look: DataLook): string[] {
  const { columns, roles, profile, refusal } = look
  const guess = (guessed: boolean): string => (guessed ? ' (guessed)' : '')
  const context = roles.context === '' ? '' : `, about "${roles.context}"`
  const labels = profile.labels.slice(0, NAMED).map(({ label, rows }) => `${label} ${String(rows)}`)
  const more = profile.labels.length > NAMED ? `, and ${String(profile.labels.length - NAMED)} more` : ''
  return [
    ...readingLines(look),
    `Columns: ${columns.join(', ')}`,
    `Roles: reads "${roles.text}"${context}, answers "${roles.label}"${guess(roles.guessed)}`,
    `Task: ${roles.task}${guess(roles.taskGuessed)}`,
    ...(roles.task === 'classification' ? [`Labels: ${labels.join(', ')}${more}`] : []),
    ...problemLines(profile, true),
    beginning(refusal),
  ]
}
