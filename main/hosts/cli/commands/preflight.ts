// softprompt preflight DATA --text COL --label COL
import { Command } from 'commander'
import { type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'
import { measure, needsSentence, tableOf } from '../preflight.ts'
import { plannedRun, type RunOptions, withRunOptions } from '../run-options.ts'

export function preflightCommand(host: Host): Command {
  const command = withRunOptions(
    new Command('preflight').description(
      'take a few real steps of a run, and predict its time, memory and best precision',
    ),
  ).action((path: string, options: RunOptions) =>
    withStudio(host, options, async (session) => {
      const found = await measure(session, await plannedRun(session, path, options))
      const { plan, steps, advice, because } = found
      const { train, validation, test } = plan.rows
      session.output.result({ ...found }, [
        ...(plan.needs ? [needsSentence(plan.needs)] : []),
        ...tableOf(found),
        `Measured ${String(steps.length)} steps of ${Math.min(...steps).toFixed(0)} to ${Math.max(...steps).toFixed(0)} ms; the slowest had to open the model first.`,
        `Rows: ${String(train)} for training, ${String(validation)} for validation, ${String(test)} for testing`,
        ...(because === '' ? [] : [because]),
        advice,
      ])
    }),
  )
  return withCommon(command)
}
