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

/** Adds the table, its columns, and every setting. */
export const withRunOptions = (command: Command): Command =>
  command
    .argument('<data>')
    .requiredOption('--text <column>', 'column that the model reads')
    .requiredOption('--label <column>', 'column that it is to answer')
    .addOption(
      new Option(
        '--task <task>',
        'choose a label, write a text, or answer a question (default: classification)',
      ).choices(taskNames),
    )
    .option('--context <column>', 'column that the text asks about, with --task answering')
    .addOption(
      new Option(
        '--template <kind>',
        'chat: ask as the model’s own chat does, where it has one (default: plain)',
      ).choices(templateKinds),
    )
    .option('--instruction <text>', 'words that stand before every row')
    .option('--body <text>', 'what stands around a row’s text, with {text} in its place')
    .option('--model <name|path>', 'base model (default: the only one there is)')
    .addOption(
      new Option('--method <method>', 'prefix-tuning: keys and values per layer; prompt-tuning: embeddings').choices([
        ...methodNames,
        ...Object.keys(methodAliases),
      ]),
    )
    .addOption(
      new Option('--placement <where>', 'where the virtual tokens stand').choices([
        'after-text',
        'start',
        'before-text',
      ]),
    )
    .option('--tokens <n>', 'virtual tokens (default: 16)', wholeNumber(1))
    .addOption(
      new Option('--init <kind>', 'what the virtual tokens start from').choices(['text', 'labels', 'vocab', 'random']),
    )
    .option('--init-text <text>', 'the text that they start from')
    .addOption(
      new Option('--loss <loss>', 'over the labels, or the whole vocabulary').choices(['labels', 'vocabulary']),
    )
    .option('--steps <n>', 'optimiser steps', wholeNumber(1))
    .option('--batch <n>', 'examples a step', wholeNumber(1))
    .option('--lr <rate>', 'learning rate', realNumber())
    .option('--seed <n>', 'seed of split, order and initialisation', wholeNumber(0))
    .addOption(
      new Option(
        '--precision <precision>',
        'what the base model is kept and multiplied in; auto: measure again (default: what a few steps found to be best, or find now)',
      ).choices(['auto', ...precisionNames]),
    )
    .addOption(
      new Option(
        '--memory <memory>',
        'low: compute each layer twice a step instead of keeping it (default: normal)',
      ).choices(memoryNames),
    )
    .option('--written-prompt <text>', 'your own prompt in words, for the tuned one to beat')
    .option('--no-duel', 'do not judge written prompts beside the tuned one')
    .option('--eval <n>', 'held-out rows at most', wholeNumber(1))

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
