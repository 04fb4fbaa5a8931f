// softprompt inspect RUN
import { Command } from 'commander'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { inspectionLines } from '../inspection.ts'
import { withCommon } from '../options.ts'

export function inspectCommand(host: Host): Command {
  const command = new Command('inspect')
    .description('inspect the virtual tokens of a run: nearest tokens, norm, gradients, and what each is worth')
    .argument('<run>')
    .action((run: string, options: CommonOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const onEvent = (event: Parameters<typeof output.event>[0]): void => {
          output.event(event)
        }
        const found = await studio.call('runs.inspect', { run }, { onEvent, signal })
        output.result({ run, ...found }, inspectionLines(found))
      }),
    )
  return withCommon(command)
}
