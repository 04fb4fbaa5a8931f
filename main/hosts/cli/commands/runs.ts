// softprompt runs
import { Command } from 'commander'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function runsCommand(host: Host): Command {
  const command = new Command('runs').description('list the runs').action((options: CommonOptions) =>
    withStudio(host, options, async ({ studio, output }) => {
      const runs = await studio.call('runs.list', {})
      const lines = runs.map(({ id, name, state, settings, createdAt }) => {
        const { method, placement, steps } = settings
        return `${String(id)}  ${name}  ${state}  ${method} ${placement}, ${String(steps)} steps  ${createdAt}`
      })
      output.result({ runs }, lines.length > 0 ? lines : ['There is no run yet. Start one with: softprompt tune'])
    }),
  )
  return withCommon(command)
}
