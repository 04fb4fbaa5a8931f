// softprompt serve keys add NAME | list | revoke NAME: who may ask the local API.
import { Command } from 'commander'
import { keyFileIn, type Keys, openKeys } from '../../service/serving/keys.ts'
import { defaultHome, makeFolder } from '../../service/home/home.ts'
import { aligned } from './aligned.ts'
import type { CommonOptions, Host } from './host.ts'
import { withCommon, wholeNumber } from './options.ts'
import { createOutput, type Output } from './output.ts'

interface KeyOptions extends CommonOptions {
  readonly keyFile?: string
  readonly limit?: number
}

export function keysCommand(host: Host): Command {
  /** The file is all that it takes: no studio is opened. */
  const withKeys = (options: KeyOptions, work: (keys: Keys, output: Output) => void): void => {
    const file = options.keyFile ?? keyFileIn(makeFolder(options.home ?? defaultHome()))
    work(openKeys(file), createOutput(host.streams, options.json === true))
  }
  const add = new Command('add')
    .description('make a key, and show it once')
    .argument('<name>')
    .option('--limit <requests>', 'requests a minute at most', wholeNumber(1))
    .action((name: string, options: KeyOptions) => {
      withKeys(options, (keys, output) => {
        const key = keys.add(name, options.limit)
        output.result({ name, key }, [key, 'Keep it well: it is not shown again.'])
      })
    })
  const list = new Command('list').description('list the keys, without themselves').action((options: KeyOptions) => {
    withKeys(options, (keys, output) => {
      const all = keys.list().map(({ name, limit, createdAt }) => ({ name, limit, createdAt }))
      const lines = all.map(({ name, limit, createdAt }) => [
        name,
        limit === null ? 'no limit' : `${String(limit)} a minute`,
        `since ${createdAt.slice(0, 10)}`,
      ])
      output.result({ keys: all }, lines.length > 0 ? aligned(lines) : ['There is no key yet.'])
    })
  })
  const revoke = new Command('revoke')
    .description('make a key open nothing any more, at once')
    .argument('<name>')
    .action((name: string, options: KeyOptions) => {
      withKeys(options, (keys, output) => {
        keys.revoke(name)
        output.result({ revoked: name }, [`The key "${name}" opens nothing any more.`])
      })
    })
  const all = new Command('keys').description('make, list and revoke keys of the local API')
  for (const command of [add, list, revoke])
    all.addCommand(
      withCommon(command).option('--key-file <file>', 'the file of keys; in the studio’s folder where absent'),
    )
  return all
}
