// softprompt advise RUN [--start N]
import { Command } from 'commander'
import { percent } from '../../../contract/numbers.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { Advice } from '../../../contract/service.ts'
import { follow, sayFinished } from '../follow.ts'
import { runsToFollow } from '../../../contract/again.ts'
import { promised } from '../../../contract/words/advice.ts'
import { quoted } from '../hints.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { withCommon, wholeNumber } from '../options.ts'

type AdviseOptions = CommonOptions & { readonly start?: number }

export function adviseCommand(host: Host): Command {
  const command = new Command('advise')
    .description('suggest what to try next, from what a run measured')
    .argument('<run>')
    .option('--start <n>', 'start the run that suggestion n describes', wholeNumber(1))
    .action((run: string, options: AdviseOptions) =>
      withStudio(host, options, async (session) => {
        const advice = await session.studio.call('runs.advise', { run })
        if (options.start === undefined) session.output.result({ run, advice }, describe(run, advice))
        else await start(session, run, advice, options.start)
      }),
    )
  return withCommon(command)
}

function describe(run: string, advice: readonly Advice[]): string[] {
  if (advice.length === 0) return [`Nothing measured in run "${run}" calls for a change.`]
  const first = advice.findIndex(startsRuns)
  return [
    ...advice.flatMap((each, i) => [
      `${String(i + 1)}. ${each.change}`,
      `   ${each.evidence}`,
      ...(promised(each) === '' ? [] : [`   ${promised(each)}`]),
    ]),
    ...(first < 0 ? [] : [`Start one with: softprompt advise ${quoted(run)} --start ${String(first + 1)}`]),
  ]
}

/** False of advice that no other run would follow. */
const startsRuns = ({ settings, shares }: Advice): boolean => shares !== undefined || Object.keys(settings).length > 0

/** The run once more with one change, on the same rows, or on some of its training rows. */
async function start(session: Session, name: string, advice: readonly Advice[], number: number): Promise<void> {
  const { studio, output } = session
  const chosen = advice[number - 1]
  if (!chosen) throw studioError('run/no-advice', name, number, advice.length)
  if (!startsRuns(chosen)) throw studioError('run/no-change', number)
  const details = await studio.call('runs.show', { run: name })
  for (const input of runsToFollow(details, chosen)) {
    const next = await studio.call('runs.start', input)
    const how = input.share === undefined ? 'with one change' : `on ${percent(input.share)} of its training rows`
    output.say(`Run "${next.name}" is run "${name}" ${how}. ${chosen.change}`)
    await sayFinished(session, await follow(session, next))
  }
}
