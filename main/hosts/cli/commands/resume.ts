// softprompt resume RUN
import { Command } from 'commander'
import { follow, sayFinished } from '../follow.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function resumeCommand(host: Host): Command {
  const command = new Command('resume')
    .description('resume a run from its last checkpoint')
    .argument('<run>')
    .option('--keep', 'train no further: evaluate the best prompt so far and keep it')
    .action((run: string, { keep = false, ...options }: CommonOptions & { readonly keep?: boolean }) =>
      withStudio(host, options, async (session) => {
        const queued = await session.studio.call(keep ? 'runs.keep' : 'runs.resume', { run })
        await sayFinished(session, await follow(session, queued))
      }),
    )
  return withCommon(command)
}
