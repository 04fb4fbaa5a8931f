// softprompt export RUN --to peft DIR
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type ExportFormat, exportFormats } from '../../../contract/service.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function exportCommand(host: Host): Command {
  const command = new Command('export')
    .description('write the tuned prompt for other software')
    .argument('<run>')
    .argument('<dir>')
    .addOption(new Option('--to <format>', 'format').choices(exportFormats).makeOptionMandatory())
    .action((run: string, folder: string, { to, ...options }: CommonOptions & { to: ExportFormat }) =>
      withStudio(host, options, async ({ studio, output }) => {
        const written = await studio.call('export', { run, to, folder: resolve(folder) })
        output.result({ run, ...written }, [`Wrote ${written.files.join(', ')} to ${written.folder}.`])
      }),
    )
  return withCommon(command)
}
