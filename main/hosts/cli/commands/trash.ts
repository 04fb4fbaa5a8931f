// softprompt trash [NAME…] [--restore | --delete]: runs and opened prompts that are put away, restored or deleted
import { Command, InvalidArgumentError } from 'commander'
import { aligned } from '../aligned.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

interface TrashOptions extends CommonOptions {
  readonly restore?: true
  readonly delete?: true
}

export function trashCommand(host: Host): Command {
  const command = new Command('trash')
    .description('move runs and opened prompts to the trash; without names, list what is in it')
    .argument('[names...]')
    .option('--restore', 'take them out of the trash instead')
    .option('--delete', 'delete them for good instead')
    .action((names: string[], { restore, delete: forGood, ...options }: TrashOptions) => {
      if (restore && forGood) throw new InvalidArgumentError('Choose --restore or --delete.')
      const change = restore ? 'trash.restore' : forGood ? 'trash.delete' : 'trash.put'
      const done = restore ? 'Restored' : forGood ? 'Deleted' : 'Moved to the trash'
      return withStudio(host, options, async ({ studio, output }) => {
        if (names.length > 0) {
          await studio.call(change, { names })
          output.result({ names }, [`${done}: ${names.join(', ')}.`])
          return
        }
        const items = await studio.call('trash.list', {})
        const lines = items.map(({ name, kind, of, trashedAt }) => [name, kind, of, trashedAt])
        output.result({ items }, lines.length === 0 ? ['The trash is empty.'] : aligned(lines))
      })
    })
  return withCommon(command)
}
