// softprompt data [FILE] | import FILE | save DATASET FILE: what an import takes, the data sets there are, a table out again
import { extname, resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type WrittenFormat, writtenEndings } from '../../../contract/kinds.ts'
import type { DataLook } from '../../../contract/service.ts'
import { type TaskName, taskNames } from '../../../contract/settings.ts'
import { rowsOf } from '../../../contract/words/counts.ts'
import { aligned } from '../aligned.ts'
import { datasetNamed, importData, problemLines, readingLines } from '../data.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { given, wholeNumber, withCommon } from '../options.ts'
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
      .argument('[file]', 'without it, the data sets that are imported'),
  )
    .option('--text <column>', 'column with the texts (default: guessed)')
    .option('--label <column>', 'column with the right answers (default: guessed)')
    .option('--context <column>', 'column with the context that each question is about')
    .addOption(new Option('--task <task>', 'kind of task (default: guessed)').choices(taskNames))
    .action((path: string | undefined, options: DataOptions) =>
      withStudio(host, options, async (session) => {
        const { studio, output, signal } = session
        if (path === undefined) return list(session)
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

async function list({ studio, output }: Session): Promise<void> {
  const datasets = await studio.call('data.list', {})
  const rows = datasets.map(({ name, version, rows: used, roles }) => [
    name,
    `version ${String(version)}`,
    rowsOf(used),
    `reads "${roles.text}", answers "${roles.label}"`,
  ])
  output.result({ datasets }, rows.length === 0 ? ['There is no data yet.'] : aligned(rows))
}

export function importCommand(host: Host): Command {
  const command = withReading(
    new Command('import').description('import a data file as a data set of the studio').argument('<file>'),
  ).action((path: string, options: CommonOptions & ReadingOptions) =>
    withStudio(host, options, async (session) => {
      const data = await importData(session, path, choicesOf(options))
      session.output.result({ ...data }, [`It is the data set ${data.name}.`])
    }),
  )
  return withCommon(command)
}

interface SaveOptions extends CommonOptions {
  readonly version?: number
  readonly chat?: true
}

const endings = [...new Set(Object.values(writtenEndings))]

function formatOf(file: string, { chat }: SaveOptions): WrittenFormat {
  const ending = endings.find((each) => extname(file).toLowerCase() === `.${each}`)
  if (chat && ending !== writtenEndings.chat)
    throw new InvalidArgumentError('The name of a file of chats must end in jsonl.')
  if (!ending) throw new InvalidArgumentError(`The file’s name must end in ${endings.join(', ')}.`)
  return chat ? 'chat' : ending
}

export function saveCommand(host: Host): Command {
  const command = new Command('save')
    .description('write the rows in use of a data set to a new file: as CSV, Excel or JSON Lines, by its ending')
    .argument('<dataset>', 'its name')
    .argument('<file>', endings.map((ending) => `FILE.${ending}`).join(', '))
    .option('--chat', 'as chats: each line a list of messages, the last of which is the answer (FILE.jsonl)')
    .option('--version <number>', 'an earlier version (default: the newest)', wholeNumber(1))
    .action((name: string, file: string, options: SaveOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const format = formatOf(file, options)
        const dataset = await datasetNamed(studio, name)
        const path = resolve(file)
        const onEvent = (event: Parameters<typeof output.event>[0]): void => {
          output.event(event)
        }
        const input = { dataset: dataset.id, format, path, ...given({ version: options.version }) }
        const { rows } = await studio.call('data.write', input, { onEvent, signal })
        output.result({ dataset: name, rows, path }, [`Wrote ${rowsOf(rows)} to ${path}.`])
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
