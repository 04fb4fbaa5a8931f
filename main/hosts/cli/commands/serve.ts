// softprompt serve [--model M] [--prompt A,B], and softprompt serve keys add NAME | list | revoke NAME
import { Command, InvalidArgumentError } from 'commander'
import { studioError } from '../../../contract/errors/index.ts'
import { usualPort } from '../../../contract/methods/local-api.ts'
import type { RequestLine } from '../../../contract/serving.ts'
import { connectLasting } from '../../../service/lasting.ts'
import { isLoopback } from '../../api/guard.ts'
import { keyFileIn, openKeys } from '../../../service/serving/keys.ts'
import { serveApi } from '../../api/server.ts'
import { defaultHome, makeFolder } from '../../../service/home/home.ts'
import { namesOf } from '../committee.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { chooseModel } from '../model.ts'
import { given, withCommon } from '../options.ts'
import { keysCommand } from '../serve-keys.ts'

const LOOPBACK = '127.0.0.1'

interface ServeOptions extends CommonOptions {
  readonly model?: string
  readonly prompt?: readonly string[]
  readonly host: string
  readonly port: number
  readonly keyFile?: string
  readonly requireKey?: boolean
  readonly name?: readonly string[]
  readonly origin?: readonly string[]
}

export function serveCommand(host: Host): Command {
  const command = new Command('serve')
    .description('answer other programs: a local API for what stands on the shelf (OpenAI, System One, /v1/classify)')
    .option('--model <name>', 'offer this base model, and of the shelf only what works with it')
    .option('--prompt <names>', 'offer these prompts, parted by commas, instead of the shelf', namesOf)
    .option('--host <address>', 'the address to listen on; any but this computer’s own needs a key', LOOPBACK)
    .option('--port <number>', 'the port; 0 for any free one', portOf, usualPort)
    .option('--key-file <file>', 'the file of keys; in the studio’s folder where absent')
    .option('--require-key', 'answer nobody without a key, on this computer either')
    .option('--name <names>', 'further names by which others reach it, such as a proxy’s', namesOf)
    .option('--origin <origins>', 'sites whose pages may ask, as https://example.org; none where absent', namesOf)
    .action((options: ServeOptions) => withStudio(host, options, (session) => serve(session, options), connectLasting))
  return withCommon(command).enablePositionalOptions().addCommand(keysCommand(host))
}

async function serve(session: Session, options: ServeOptions): Promise<void> {
  const { studio, output, signal } = session
  const { host: address, port, prompt: prompts, name: names, origin: origins } = options
  const keys = openKeys(options.keyFile ?? keyFileIn(makeFolder(options.home ?? defaultHome())))
  const needsKey = options.requireKey === true || !isLoopback(address)
  if (needsKey && keys.list().length === 0) throw studioError('serving/needs-key', address)
  const model = await modelOf(session, options)
  const api = await serveApi({
    ...{ studio, model, prompts, address, port, keys, needsKey },
    ...given({ names, origins }),
    onRequest: (line) => {
      output.entry({ event: 'request', ...line }, lineOf(line))
    },
  })
  output.entry(
    { event: 'serving', url: api.url, model: model ?? null },
    `Serving ${model ?? 'the shelf'} at ${api.url}/v1`,
  )
  output.say(
    isLoopback(address)
      ? `Only this computer can reach it${needsKey ? ', with a key' : ''}. Ctrl-C ends it.`
      : 'Others can reach it with a key. Ctrl-C ends it.',
  )
  await aborted(signal)
  output.say('Ending, once the answers under way are given.')
  await api.close()
}

/** The only base model that is offered; undefined where the shelf decides that. Errors: 'store/missing', those of `chooseModel`. */
async function modelOf(session: Session, { model, prompt: [first] = [] }: ServeOptions): Promise<string | undefined> {
  const { studio } = session
  if (model === undefined && first !== undefined) {
    const prompts = await studio.call('prompts.list', {})
    const prompt = prompts.find(({ name }) => name === first)
    if (!prompt) throw studioError('store/missing', 'prompt', first)
    return prompt.made?.name ?? prompt.modelName
  }
  const shelf = model === undefined ? await studio.call('shelf.list', {}) : []
  // With nothing on the shelf yet, there is a base model to ask.
  return shelf.some(({ prompt }) => prompt) ? undefined : (await chooseModel(session, model)).name
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.')
  return port
}

/** "14:03:07  200  POST /v1/classify  12 ms  team  18 tokens, 17 known" */
function lineOf({ at, status, method, path, milliseconds, by, tokens, key, error }: RequestLine): string {
  const read = tokens.input + tokens.output
  const known = tokens.cached > 0 ? `, ${String(tokens.cached)} known` : ''
  return [
    new Date(at).toLocaleTimeString('en-GB'),
    String(status),
    `${method} ${path}`,
    `${milliseconds.toFixed(0)} ms`,
    ...(by.length > 0 ? [by.join(', ')] : []),
    ...(read > 0 ? [`${String(read)} tokens${known}`] : []),
    ...(key === undefined ? [] : [`key ${key}`]),
    ...(error === undefined ? [] : [error]),
  ].join('  ')
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else
      signal.addEventListener('abort', () => {
        resolve()
      })
  })
