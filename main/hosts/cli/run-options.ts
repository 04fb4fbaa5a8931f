// The options that describe a run, shared by the commands that start one (tune, sweep) and by the one that only measures (preflight).
import { type Command, Option } from 'commander'
import type { SettingSpec } from '../../contract/setting-specs.ts'
import type { Input } from '../../contract/service.ts'
import {
  type GivenSettings,
  methodAliases,
  type TaskName,
  taskNames,
  type Template,
  templateKinds,
} from '../../contract/settings.ts'
import { settingWords } from '../../contract/words/settings.ts'
import { declaredSettings } from '../../service/declared.ts'
import { importData, sayProblems } from './data.ts'
import type { CommonOptions, Session } from './host.ts'
import { chooseModel } from './model.ts'
import { given, realNumber, wholeNumber } from './options.ts'
import { choicesOf, type ReadingOptions, withReading } from './reading.ts'

export interface RunOptions extends CommonOptions, ReadingOptions {
  readonly text: string
  readonly label: string
  readonly task?: TaskName
  readonly context?: string
  readonly template?: Template['kind']
  readonly instruction?: string
  readonly body?: string
  readonly model?: string
  readonly from?: string
  readonly handWritten?: string
  /** False with --no-duel. */
  readonly duel: boolean
  readonly eval?: number
  readonly precision?: string
}

const choice = (flags: string, description: string, values: readonly string[]): Option =>
  new Option(flags, description).choices(values)

/** The table, its columns, and the task that they make. */
const withTable = (command: Command): Command =>
  command
    .argument('<data>')
    .requiredOption('--text <column>', 'column with the texts')
    .requiredOption('--label <column>', 'column with the right answers')
    .addOption(
      choice(
        '--task <task>',
        'choose a label, write a text, or answer a question (default: classification)',
        taskNames,
      ),
    )
    .option('--context <column>', 'column with the context that each question is about, with --task answering')
    .addOption(
      choice(
        '--template <kind>',
        'chat: wrap the text in the model’s own chat template, where it has one (default: plain)',
        templateKinds,
      ),
    )
    .option('--instruction <text>', 'instruction that comes before every row')
    .option('--body <text>', 'template around a row’s text, with {text} in its place')

/** What is used where the option is absent, for settings that a command chooses by measurement. */
const measuredDefaults: Readonly<Record<string, string>> = {
  precision: 'what a pre-flight found best',
  folds: '5 under 150 rows, else 0',
}

/** Values beyond the declared ones: old names of methods; `auto` measures again which precision suits this computer. */
const further: Readonly<Record<string, readonly string[]>> = { method: Object.keys(methodAliases), precision: ['auto'] }

/** The option of a setting: its values as declared, its title and help as in the window. */
function optionOf(spec: SettingSpec): Option {
  const { name, option, kind } = spec
  const { name: title, help } = settingWords(name)
  const usual = measuredDefaults[name] ?? spec.default
  const description = `${[title, help].filter(Boolean).join('. ')}${usual === undefined ? '' : ` (default: ${String(usual)})`}`
  if (kind === 'choice') return choice(`--${option} <value>`, description, [...spec.values, ...(further[name] ?? [])])
  if (kind === 'list') return new Option(`--${option} <names>`, `${description}; of ${spec.values.join(',')}`)
  if (kind === 'text') return new Option(`--${option} <text>`, description)
  return kind === 'whole'
    ? new Option(`--${option} <n>`, description).argParser(wholeNumber(spec.min))
    : new Option(`--${option} <number>`, description).argParser(realNumber(spec.min))
}

/** The base model, some settings, and what the tuned prompt has to beat. */
function withSettings(command: Command, settings: readonly SettingSpec[]): Command {
  command.option('--model <name|path>', 'base model (default: the only one that was added)')
  for (const spec of settings) command.addOption(optionOf(spec))
  return command
    .option('--from <run>', settingWords('from').help)
    .option('--hand-written <text>', settingWords('handWritten').help)
    .option('--no-duel', 'do not compare with hand-written prompts, a word count and a linear probe')
    .option('--eval <n>', 'maximum number of test rows', wholeNumber(1))
}

/** Adds the table, how it is read, its columns, and every setting. */
export const withRunOptions = (command: Command): Command =>
  withSettings(withReading(withTable(command)), declaredSettings())

/** Settings that say nothing of how a method learns. */
const beyondMethods: ReadonlySet<string> = new Set(['maxTokens', 'precision', 'memory', 'folds', 'seed'])

/** As `withRunOptions`, where each method is to keep its own defaults. */
export const withRowOptions = (command: Command): Command =>
  withSettings(
    withReading(withTable(command)),
    declaredSettings().filter(({ name }) => beyondMethods.has(name)),
  )

/** What is given of the declared settings; commander names `--init-text` initText. */
function givenSettings(options: object): GivenSettings {
  const camel = (option: string): string => option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const values = new Map<string, unknown>(Object.entries(options))
  const entries = declaredSettings().flatMap(({ name, option }) => {
    const value = values.get(camel(option))
    return value === undefined || (name === 'precision' && value === 'auto') ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
}

/** Imports the table, and gives the input of a run on it that the options describe. */
export async function plannedRun(session: Session, path: string, options: RunOptions): Promise<Input<'runs.plan'>> {
  const template = given({ kind: options.template, instruction: options.instruction, body: options.body })
  const data = await importData(session, path, choicesOf(options))
  const { dataset, version } = data
  const { text, label, context, task = 'classification' } = options
  await sayProblems(session, data, { text, label, task, ...given({ context }) })
  const model = await chooseModel(session, options.model)
  const settings: GivenSettings = {
    ...givenSettings(options),
    ...given({ task: options.task, handWritten: options.handWritten }),
    ...(options.duel ? {} : { duel: false }),
    ...(Object.keys(template).length === 0 ? {} : { template }),
  }
  return {
    dataset,
    version,
    model: model.name,
    text: options.text,
    label: options.label,
    settings,
    ...given({ test: options.eval, context: options.context, from: options.from }),
  }
}
