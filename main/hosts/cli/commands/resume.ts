// softprompt resume RUN
import { Command } from 'commander'
import { follow, sayFinished } from '../follow.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function resumeCommand(host: Host): Command {
  const command = new Command('resume')
    .description('resume a run from its last checkpoint')
    .argument('<run>')
    .action((run: string, options: CommonOptions) =>
      withStudio(host, options, async (session) => {
        await sayFinished(session, await follow(session, await session.studio.call('runs.resume', { run })))
      }),
    )
  return withCommon(command)
}
