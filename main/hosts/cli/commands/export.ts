// softprompt export RUN --to peft DIR
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { type ExportFormat, exportFormats, type ModelFormat, modelFormats } from '../../../contract/service.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

export function exportCommand(host: Host): Command {
  const command = new Command('export')
    .description('write the tuned prompt, or the model that a run has made, for other software')
    .argument('<run>')
    .argument('<dir>')
    .addOption(new Option('--to <format>', 'format').choices([...exportFormats, ...modelFormats]).makeOptionMandatory())
    .action((run: string, folder: string, { to, ...options }: CommonOptions & { to: ExportFormat | ModelFormat }) =>
      withStudio(host, options, async ({ studio, output }) => {
        const written = await studio.call('export', { run, to, folder: resolve(folder) })
        output.result({ run, ...written }, [`Wrote ${written.files.join(', ')} to ${written.folder}.`])
      }),
    )
  return withCommon(command)
}
