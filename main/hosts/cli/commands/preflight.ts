// softprompt preflight DATA --text COL --label COL
import { Command } from 'commander'
import { type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'
import { powerSentence } from '../../../contract/words/few-rows.ts'
import { rowsSentence } from '../words.ts'
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
      session.output.result({ ...found }, [
        ...(plan.needs ? [needsSentence(plan.needs)] : []),
        ...tableOf(found),
        `Measured ${String(steps.length)} steps of ${Math.min(...steps).toFixed(0)} to ${Math.max(...steps).toFixed(0)} ms; the slowest had to open the model first.`,
        rowsSentence(plan.rows),
        powerSentence(plan.power),
        ...(because === '' ? [] : [because]),
        advice,
      ])
    }),
  )
  return withCommon(command)
}
