// softprompt tune DATA --text COL --label COL
import { Command } from 'commander'
import { follow, sayFinished } from '../follow.ts'
import { type Host, withStudio } from '../host.ts'
import { given, wholeNumber, withCommon } from '../options.ts'
import { powerSentence } from '../../../contract/words/few-rows.ts'
import { rowsSentence } from '../words.ts'
import { measure, needsSentence } from '../preflight.ts'
import { followSweep } from '../sweep.ts'
import { plannedRun, type RunOptions, withRunOptions } from '../run-options.ts'

type TuneOptions = RunOptions & { readonly name?: string; readonly seeds: number }

export function tuneCommand(host: Host): Command {
  const command = withRunOptions(
    new Command('tune').description(
      'tune a soft prompt on labelled examples (CSV, TSV, XLSX, Parquet, JSONL, JSON or plain lines)',
    ),
  )
    .option('--name <name>', 'name of the run')
    .option(
      '--seeds <n>',
      'repeat the run with n random seeds on the same rows, and report the mean and its confidence interval',
      wholeNumber(1),
      1,
    )
    .action((data: string, options: TuneOptions) => tune(host, data, options))
  return withCommon(command)
}

const tune = (host: Host, path: string, options: TuneOptions): Promise<void> =>
  withStudio(host, options, async (session) => {
    const { studio, output } = session
    const planned = await plannedRun(session, path, options)
    const { because: known, needs, rows, power } = await studio.call('runs.plan', planned)
    output.say(rowsSentence(rows))
    output.say(powerSentence(power))
    if (needs) output.say(needsSentence(needs))
    const isOpen = options.precision === 'auto' || (options.precision === undefined && known === undefined)
    const measured = isOpen ? await measure(session, planned) : undefined
    const because = measured?.because ?? known ?? ''
    if (because !== '') output.say(because)
    const settings = { ...planned.settings, ...given({ precision: measured?.chosen }) }
    if (options.seeds > 1) {
      const { model, rowsOf: _, ...rest } = planned
      const repeated = { ...rest, settings, models: [model], vary: {}, seeds: options.seeds, halving: false }
      await followSweep(session, await studio.call('sweeps.start', { ...repeated, ...given({ name: options.name }) }))
      return
    }
    const run = await studio.call('runs.start', {
      ...planned,
      ...given({ name: options.name, because: measured?.because }),
      settings,
    })
    output.say(`Run "${run.name}" tunes ${needs ? planned.model : `a prompt for ${planned.model}`}.`)
    await sayFinished(session, await follow(session, run))
  })
