// softprompt lens RUN
import { Command } from 'commander'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { lensLines } from '../lens.ts'
import { withCommon } from '../options.ts'

export function lensCommand(host: Host): Command {
  const command = new Command('lens')
    .description('hints at what each virtual token of a run became: near words, size, gradients, worth')
    .argument('<run>')
    .action((run: string, options: CommonOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const onEvent = (event: Parameters<typeof output.event>[0]): void => {
          output.event(event)
        }
        const found = await studio.call('runs.lens', { run }, { onEvent, signal })
        output.result({ run, ...found }, lensLines(found))
      }),
    )
  return withCommon(command)
}
