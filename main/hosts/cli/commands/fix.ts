// softprompt fix DATASET [PROBLEM]: the safe fixes of a data set's problems, or one problem's own
import { Command } from 'commander'
import { datasetNamed } from '../data.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, withCommon } from '../options.ts'

interface FixOptions extends CommonOptions {
  readonly anyway?: true
  readonly undo?: true
}

export function fixCommand(host: Host): Command {
  const command = new Command('fix')
    .description('fix problems of a data set: those whose fixes are safe, or one of them; what is fixed can be undone')
    .argument('<dataset>', 'its name')
    .argument('[problem]', 'such as label-spelling (default: all whose fixes are safe)')
    .option('--anyway', 'even where less than half of the rows would be left')
    .option('--undo', 'undo the last change instead')
    .action((name: string, problem: string | undefined, { anyway, undo, ...options }: FixOptions) =>
      withStudio(host, options, async ({ studio, output }) => {
        const { id: dataset } = await datasetNamed(studio, name)
        const version = undo
          ? await studio.call('data.undo', { dataset })
          : await studio.call('data.fix', { dataset, ...given({ problem, anyway }) })
        const { problems } = await studio.call('data.profile', { dataset, version: version.number })
        output.result({ version, problems }, [
          `${undo ? 'Undone: ' : ''}${version.description}.`,
          ...problems.map(({ problem: left, title }) => `Problem ${left}: ${title}.`),
        ])
      }),
    )
  return withCommon(command)
}
