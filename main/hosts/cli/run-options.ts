// What a run is made of, as the command line takes it: for the command that starts one, and for the one that only asks.
import { type Command, Option } from 'commander'
import type { PrecisionName } from '../../contract/model.ts'
import type { Input } from '../../contract/service.ts'
import {
  type Initialisation,
  type LossName,
  type MemoryName,
  memoryNames,
  methodAliases,
  methodNames,
  type MethodName,
  type Placement,
  precisionNames,
  type TaskName,
  taskNames,
  type Template,
  templateKinds,
} from '../../contract/settings.ts'
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
  readonly method?: MethodName
  readonly placement?: Placement
  readonly tokens?: number
  readonly init?: Initialisation
  readonly initText?: string
  readonly loss?: LossName
  readonly steps?: number
  readonly batch?: number
  readonly lr?: number
  readonly seed?: number
  readonly precision?: PrecisionName | 'auto'
  readonly memory?: MemoryName
  readonly writtenPrompt?: string
  /** False with --no-duel. */
  readonly duel: boolean
  readonly eval?: number
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

/** The base model, and what is tuned on it. */
const withPrompt = (command: Command): Command =>
  command
    .option('--model <name|path>', 'base model (default: the only one there is)')
    .addOption(
      choice('--method <method>', 'prefix-tuning: keys and values per layer; prompt-tuning: embeddings', [
        ...methodNames,
        ...Object.keys(methodAliases),
      ]),
    )
    .addOption(choice('--placement <where>', 'where the virtual tokens stand', ['after-text', 'start', 'before-text']))
    .option('--tokens <n>', 'virtual tokens (default: 16)', wholeNumber(1))
    .addOption(choice('--init <kind>', 'what the virtual tokens start from', ['text', 'labels', 'vocab', 'random']))
    .option('--init-text <text>', 'the text that they start from')
    .addOption(choice('--loss <loss>', 'over the labels, or the whole vocabulary', ['labels', 'vocabulary']))

/** How it is tuned, and what it has to beat. */
const withTuning = (command: Command): Command =>
  command
    .option('--steps <n>', 'optimiser steps', wholeNumber(1))
    .option('--batch <n>', 'examples a step', wholeNumber(1))
    .option('--lr <rate>', 'learning rate', realNumber())
    .option('--seed <n>', 'seed of split, order and initialisation', wholeNumber(0))
    .addOption(
      choice(
        '--precision <precision>',
        'what the base model is kept and multiplied in; auto: measure again (default: what a few steps found to be best, or find now)',
        ['auto', ...precisionNames],
      ),
    )
    .addOption(
      choice(
        '--memory <memory>',
        'low: compute each layer twice a step instead of keeping it (default: normal)',
        memoryNames,
      ),
    )
    .option('--written-prompt <text>', 'your own prompt in words, for the tuned one to beat')
    .option('--no-duel', 'do not compare with hand-written prompts')
    .option('--eval <n>', 'test rows at most', wholeNumber(1))

/** Adds the table, its columns, and every setting. */
export const withRunOptions = (command: Command): Command => withTuning(withPrompt(withTable(command)))

/** Brings the table in, and gives what the options say of a run on it. */
export async function plannedRun(session: Session, path: string, options: RunOptions): Promise<Input<'runs.plan'>> {
  const {
    task,
    method,
    placement,
    writtenPrompt: written,
    tokens,
    init,
    initText,
    loss,
    steps,
    batch,
    seed,
    memory,
  } = options
  const template = given({ kind: options.template, instruction: options.instruction, body: options.body })
  const precision = options.precision === 'auto' ? undefined : options.precision
  const { dataset, version } = await importData(session, path)
  const model = await chooseModel(session, options.model)
  return {
    dataset,
    version,
    model: model.name,
    text: options.text,
    label: options.label,
    settings: given({
      ...{ task, method, placement, tokens, init, initText, loss, steps, batch, seed, precision, memory, written },
      learningRate: options.lr,
      ...(options.duel ? {} : { duel: false }),
      ...(Object.keys(template).length === 0 ? {} : { template }),
    }),
    ...given({ test: options.eval, context: options.context }),
  }
}
