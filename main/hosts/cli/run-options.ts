// What a run is made of, as the command line takes it: for the command that starts one, and for the one that only asks.
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
import { importData } from './data.ts'
import type { CommonOptions, Session } from './host.ts'
import { chooseModel } from './model.ts'
import { given, realNumber, wholeNumber } from './options.ts'

export interface RunOptions extends CommonOptions {
  readonly text: string
  readonly label: string
  readonly task?: TaskName
  readonly context?: string
  readonly template?: Template['kind']
  readonly instruction?: string
  readonly body?: string
  readonly model?: string
  readonly handWritten?: string
  /** False with --no-duel. */
  readonly duel: boolean
  readonly eval?: number
  readonly precision?: string
}

const choice = (flags: string, description: string, values: readonly string[]): Option =>
  new Option(flags, description).choices(values)

/** The table, its columns, and what the model is asked of them. */
const withTable = (command: Command): Command =>
  command
    .argument('<data>')
    .requiredOption('--text <column>', 'column that the model reads')
    .requiredOption('--label <column>', 'column that it is to answer')
    .addOption(
      choice(
        '--task <task>',
        'choose a label, write a text, or answer a question (default: classification)',
        taskNames,
      ),
    )
    .option('--context <column>', 'column that the text asks about, with --task answering')
    .addOption(
      choice(
        '--template <kind>',
        'chat: ask as the model’s own chat does, where it has one (default: plain)',
        templateKinds,
      ),
    )
    .option('--instruction <text>', 'words that stand before every row')
    .option('--body <text>', 'what stands around a row’s text, with {text} in its place')

/** `auto` measures again what suits this computer. */
const further: Readonly<Record<string, readonly string[]>> = { method: Object.keys(methodAliases), precision: ['auto'] }

/** The option of a setting: its values as declared, its words as the window has them. */
function optionOf(spec: SettingSpec): Option {
  const { name, option, kind } = spec
  const { name: title, help } = settingWords(name)
  const usual = spec.default === undefined ? '' : ` (default: ${String(spec.default)})`
  const description = `${[title, help].filter(Boolean).join('. ')}${usual}`
  if (kind === 'choice') return choice(`--${option} <value>`, description, [...spec.values, ...(further[name] ?? [])])
  if (kind === 'text') return new Option(`--${option} <text>`, description)
  return kind === 'whole'
    ? new Option(`--${option} <n>`, description).argParser(wholeNumber(spec.min))
    : new Option(`--${option} <number>`, description).argParser(realNumber(spec.min))
}

/** The base model, every setting that methods declare, and what the tuned prompt has to beat. */
function withSettings(command: Command): Command {
  command.option('--model <name|path>', 'base model (default: the only one there is)')
  for (const spec of declaredSettings()) command.addOption(optionOf(spec))
  return command
    .option('--hand-written <text>', settingWords('handWritten').help)
    .option('--no-duel', 'do not compare with hand-written prompts')
    .option('--eval <n>', 'test rows at most', wholeNumber(1))
}

/** Adds the table, its columns, and every setting. */
export const withRunOptions = (command: Command): Command => withSettings(withTable(command))

/** What is given of the declared settings; commander names `--init-text` initText. */
function givenSettings(options: object): GivenSettings {
  const camel = (option: string): string => option.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const values = new Map<string, unknown>(Object.entries(options))
  const entries = declaredSettings().flatMap(({ name, option }) => {
    const value = values.get(camel(option))
    return value === undefined || value === 'auto' ? [] : [[name, value] as const]
  })
  return Object.fromEntries(entries)
}

/** Brings the table in, and gives what the options say of a run on it. */
export async function plannedRun(session: Session, path: string, options: RunOptions): Promise<Input<'runs.plan'>> {
  const template = given({ kind: options.template, instruction: options.instruction, body: options.body })
  const { dataset, version } = await importData(session, path)
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
    ...given({ test: options.eval, context: options.context }),
  }
}
