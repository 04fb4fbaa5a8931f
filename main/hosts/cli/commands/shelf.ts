// softprompt shelf [list | put PROMPT | switch NAME VERSION | compare NAME VERSION | off NAME]
import { Command } from 'commander'
import type { AnsweredToday, Comparison, ShelfItem } from '../../../contract/service.ts'
import { percent } from '../../../contract/numbers.ts'
import { aligned } from '../aligned.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { given, withCommon, wholeNumber } from '../options.ts'

interface PutOptions extends CommonOptions {
  readonly name?: string
  readonly purpose?: string
  readonly compare?: true
}

export function shelfCommand(host: Host): Command {
  const list = new Command('list')
    .description('what stands on the shelf, and what it answered today')
    .action((options: CommonOptions) => withStudio(host, options, show))
  const put = new Command('put')
    .description('put a prompt on the shelf, or a new version of what stands there')
    .argument('<prompt>')
    .option('--name <name>', 'what programs call it; the prompt’s own name where absent')
    .option('--purpose <text>', 'what it is for')
    .option('--compare', 'let the version before go on answering, and compare the two')
    .action((prompt: string, { name, purpose, compare, ...options }: PutOptions) =>
      withStudio(host, options, async (session) => {
        tell(session, await session.studio.call('shelf.put', { prompt, ...given({ name, purpose, compare }) }))
      }),
    )
  const change = new Command('switch')
    .description('let another version answer, such as an earlier one')
    .argument('<name>')
    .argument('<version>', '', wholeNumber(1))
    .action((item: string, version: number, options: CommonOptions) =>
      withStudio(host, options, async (session) => {
        tell(session, await session.studio.call('shelf.switch', { item, version }))
      }),
    )
  const compare = new Command('compare')
    .description('let a second version answer the same requests; without a version, end that')
    .argument('<name>')
    .argument('[version]', '', wholeNumber(1))
    .action((item: string, version: number | undefined, options: CommonOptions) =>
      withStudio(host, options, async (session) => {
        tell(session, await session.studio.call('shelf.compare', { item, version: version ?? null }))
      }),
    )
  const off = new Command('off')
    .description('take a prompt off the shelf; it stays in the studio')
    .argument('<name>')
    .action((item: string, options: CommonOptions) =>
      withStudio(host, options, async ({ studio, output }) => {
        await studio.call('shelf.takeOff', { item })
        output.result({ item }, [`"${item}" answers nobody any more.`])
      }),
    )
  const all = new Command('shelf').description('the prompts that answer programs (softprompt serve)')
  for (const command of [list, put, change, compare, off]) all.addCommand(withCommon(command))
  return all
}

async function show({ studio, output }: Session): Promise<void> {
  const [items, today] = [await studio.call('shelf.list', {}), await studio.call('shelf.today', {})]
  const lines = items.map((item) => [
    item.name,
    `version ${String(item.version)}`,
    item.versions.find(({ number }) => number === item.version)?.prompt ?? 'its prompt is gone',
    `${String(answersOf(item, today.answered))} today`,
    item.purpose,
  ])
  const compared = today.comparisons.map(comparisonLine)
  output.result(
    { items, ...today },
    lines.length === 0 ? ['Nothing stands on the shelf.'] : [...aligned(lines), ...compared],
  )
}

const answersOf = ({ name }: ShelfItem, answered: readonly AnsweredToday[]): number =>
  answered
    .filter(({ item }) => item === name)
    .flatMap(({ labels }) => labels)
    .reduce((sum, { answers }) => sum + answers, 0)

const comparisonLine = ({ item, version, candidate, compared, alike }: Comparison): string =>
  compared === 0
    ? `${item}: version ${String(candidate)} has not been asked yet.`
    : `${item}: versions ${String(version)} and ${String(candidate)} agree on ${percent(alike / compared)} of ${String(compared)} requests.`

function tell({ output }: Session, item: ShelfItem): void {
  const { name, version, candidate } = item
  const compared = candidate === null ? '' : ` Version ${String(candidate)} is compared with it.`
  output.result({ item }, [`Version ${String(version)} answers as "${name}".${compared}`])
}
