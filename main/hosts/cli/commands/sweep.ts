// softprompt sweep DATA --text COL --label COL --vary tokens=8,16,32 ..., and softprompt sweeps [SWEEP]
import { Command } from 'commander'
import { studioError } from '../../../contract/errors/index.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { chooseModel } from '../model.ts'
import { given, withCommon, wholeNumber } from '../options.ts'
import { plannedRun, type RunOptions, withRunOptions } from '../run-options.ts'
import { followSweep, type Report, sayDetails } from '../sweep.ts'
import { variable, varied, type VaryOption } from '../vary.ts'

interface SweepOptions extends RunOptions {
  readonly name?: string
  readonly vary: VaryOption
  readonly seeds: number
  /** False with --no-halving. */
  readonly halving: boolean
}

export function sweepCommand(host: Host): Command {
  const command = withRunOptions(
    new Command('sweep').description(
      'try several settings or base models on one task, and report which setting mattered',
    ),
  )
    .option(
      '--vary <setting=values>',
      `values to try, as tokens=8,16,32; of ${variable()
        .map(({ option }) => option)
        .join(', ')} (one text each)`,
      varied,
      {},
    )
    .option('--seeds <n>', 'runs of each combination', wholeNumber(1), 1)
    .option('--no-halving', 'run every combination to its end, instead of the better half at a quarter and at a half')
    .option('--name <name>', 'name of the sweep')
    .action((data: string, options: SweepOptions) => sweep(host, data, options))
  return withCommon(command)
}

const sweep = (host: Host, path: string, { vary, seeds, halving, name, ...options }: SweepOptions): Promise<void> =>
  withStudio(host, options, async (session) => {
    const { model: wanted, ...settings } = vary
    const models: string[] = []
    for (const each of wanted ?? []) models.push((await chooseModel(session, String(each))).name)
    const first = models[0] ?? options.model
    const { model, ...planned } = await plannedRun(session, path, { ...options, ...given({ model: first }) })
    const input = { ...planned, models: models.length > 0 ? models : [model], vary: settings, seeds, halving }
    const { configurations, runs, survivors, rungs, steps } = await session.studio.call('sweeps.plan', input)
    const halved = rungs.length > 1 ? `; ${survivors.slice(1).join(', then ')} of them go on` : ''
    session.output.say(
      `${String(configurations.length)} combinations in ${String(runs)} runs${halved}, about ${String(steps)} steps in all.`,
    )
    await followSweep(session, await session.studio.call('sweeps.start', { ...input, ...given({ name }) }))
  })

type SweepsOptions = CommonOptions & Report & { readonly resume?: true; readonly discard?: true }

export function sweepsCommand(host: Host): Command {
  const command = new Command('sweeps')
    .description('list the sweeps, or show, resume or remove one')
    .argument('[sweep]')
    .option('--resume', 'resume the sweep where it stopped')
    .option('--discard', 'remove the sweep with all its runs')
    .option('--csv <file>', 'of a comparison of methods, write the table as a CSV file, too')
    .action((name: string | undefined, options: SweepsOptions) => sweeps(host, name, options))
  return withCommon(command)
}

const sweeps = (
  host: Host,
  name: string | undefined,
  { resume, discard, csv, ...options }: SweepsOptions,
): Promise<void> =>
  withStudio(host, options, async (session) => {
    const { studio, output } = session
    if (name === undefined) {
      if (resume || discard) throw studioError('sweep/which')
      const all = await studio.call('sweeps.list', {})
      const lines = all.map(
        ({ id, name: own, state, configurations, seeds, done, steps }) =>
          `${String(id)}  ${own}  ${state}  ${String(configurations)} combinations, ${String(seeds)} seeds  ${String(done)} of ${String(steps)} steps`,
      )
      output.result(
        { sweeps: all },
        lines.length > 0 ? lines : ['There is no sweep yet. Start one with: softprompt sweep'],
      )
    } else if (discard) {
      await studio.call('sweeps.discard', { sweep: name })
      output.result({ discarded: name }, [`Sweep "${name}" and its runs are removed.`])
    } else if (resume) await followSweep(session, await studio.call('sweeps.resume', { sweep: name }), given({ csv }))
    else await sayDetails(session, name, given({ csv }))
  })
