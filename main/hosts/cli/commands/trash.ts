// softprompt trash [NAME…] [--data] [--restore | --delete]: runs, opened prompts and data sets are put away, restored or deleted
import { Command, InvalidArgumentError } from 'commander'
import { studioError } from '../../../contract/errors/index.ts'
import type { Input, Studio, TrashedItem } from '../../../contract/service.ts'
import { withRuns } from '../../../contract/words/counts.ts'
import { aligned } from '../aligned.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { withCommon } from '../options.ts'

interface TrashOptions extends CommonOptions {
  readonly data?: true
  readonly restore?: true
  readonly delete?: true
}

export function trashCommand(host: Host): Command {
  const command = new Command('trash')
    .description('move runs and opened prompts to the trash; without names, list what is in it')
    .argument('[names...]')
    .option('--data', 'the names are those of data sets, which go with their runs')
    .option('--restore', 'take them out of the trash instead')
    .option('--delete', 'delete them for good instead')
    .action((names: string[], { data, restore, delete: forGood, ...options }: TrashOptions) => {
      if (restore && forGood) throw new InvalidArgumentError('Choose --restore or --delete.')
      const change = restore ? 'trash.restore' : forGood ? 'trash.delete' : 'trash.put'
      const done = restore ? 'Restored' : forGood ? 'Deleted' : 'Moved to the trash'
      return withStudio(host, options, async ({ studio, output }) => {
        if (names.length > 0) {
          await studio.call(change, data ? { datasets: await numbersOf(studio, names, change) } : { names })
          output.result({ names }, [`${done}: ${names.join(', ')}.`])
          return
        }
        const items = await studio.call('trash.list', {})
        const lines = items.map((item) => [item.name, ...wordsOf(item), item.trashedAt])
        output.result({ items }, lines.length === 0 ? ['The trash is empty.'] : aligned(lines))
      })
    })
  return withCommon(command)
}

/** What an item is, and of what it is one. */
const wordsOf = (item: TrashedItem): readonly [string, string] =>
  item.kind === 'data' ? [withRuns('data set', item.runs), ''] : [item.kind, item.of]

/** Data sets by their names: those in the trash, or those that can be put there. Error: 'store/missing'. */
async function numbersOf(
  studio: Studio,
  names: readonly string[],
  change: 'trash.put' | 'trash.restore' | 'trash.delete',
): Promise<NonNullable<Input<'trash.put'>['datasets']>> {
  const numbers = new Map<string, number>()
  if (change !== 'trash.restore') for (const { name, id } of await studio.call('data.list', {})) numbers.set(name, id)
  if (change !== 'trash.put')
    for (const item of await studio.call('trash.list', {}))
      if (item.kind === 'data') numbers.set(item.name, item.dataset)
  return names.map((name) => {
    const found = numbers.get(name)
    if (found === undefined) throw studioError('store/missing', 'data set', name)
    return found
  })
}
