// softprompt methods DATA --text COL --label COL [--methods a,b,c]
import { Command, InvalidArgumentError, Option } from 'commander'
import { comparedByDefault } from '../../../contract/setting-specs.ts'
import { type MethodName, methodNamed } from '../../../contract/settings.ts'
import { declaredMethods } from '../../../service/declared.ts'
import { type Host, withStudio } from '../host.ts'
import { given, withCommon, wholeNumber } from '../options.ts'
import { plannedRun, type RunOptions, withRowOptions } from '../run-options.ts'
import { followSweep } from '../sweep.ts'

interface MethodsOptions extends RunOptions {
  readonly methods: readonly MethodName[]
  readonly seeds: number
  readonly halving?: boolean
  readonly csv?: string
  readonly name?: string
}

/** Two methods or more, by their names joined by commas. */
function methodsNamed(text: string): MethodName[] {
  const known = declaredMethods().map(({ name }) => name)
  const names = [...new Set(text.split(',').map((each) => methodNamed(each.trim())))]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no "${unknown}"; there are: ${known.join(', ')}.`)
  if (names.length < 2) throw new InvalidArgumentError('Name two methods or more; softprompt tune takes one alone.')
  return names
}

export function methodsCommand(host: Host): Command {
  const usual = comparedByDefault(declaredMethods()).map(({ name }) => name)
  const slow = declaredMethods().flatMap(({ name }) => (usual.includes(name) ? [] : [name]))
  const command = withRowOptions(
    new Command('methods').description(
      'compare methods on the same rows, each with its own tested defaults: how well it does, and what it costs',
    ),
  )
    .addOption(
      new Option(
        '--methods <names>',
        `methods to compare, joined by commas; those that act on all tokens read every text again in each step, so they are slow and have to be named: ${slow.join(',')}`,
      )
        .argParser(methodsNamed)
        .default(usual, `soft prompts and tail adapters: ${usual.join(',')}`),
    )
    .option('--seeds <n>', 'runs of each method, with several random seeds on the same rows', wholeNumber(1), 1)
    .option('--halving', 'stop the worse half at a quarter and at half of the steps (successive halving)')
    .option('--csv <file>', 'write the table as a CSV file, too')
    .option('--name <name>', 'name of the comparison')
    .action((data: string, options: MethodsOptions) => compare(host, data, options))
  return withCommon(command)
}

const compare = (
  host: Host,
  path: string,
  { methods, seeds, halving = false, csv, name, ...options }: MethodsOptions,
): Promise<void> =>
  withStudio(host, options, async (session) => {
    const { studio, output } = session
    const { model, ...planned } = await plannedRun(session, path, options)
    const input = { ...planned, models: [model], vary: { method: methods }, seeds, halving }
    const { configurations, runs, survivors, rungs, steps } = await studio.call('sweeps.plan', input)
    const halved = rungs.length > 1 ? `; ${survivors.slice(1).join(', then ')} of them go on` : ''
    output.say(
      `${String(configurations.length)} methods in ${String(runs)} runs${halved}, about ${String(steps)} steps in all.`,
    )
    const sweep = await studio.call('sweeps.start', { ...input, ...given({ name }) })
    await followSweep(session, sweep, given({ csv }))
  })
