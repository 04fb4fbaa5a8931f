// softprompt models add PATH | get starter | list | rename | remove
import { resolve } from 'node:path'
import { Argument, Command, Option } from 'commander'
import type { PrecisionName } from '../../../contract/model.ts'
import { precisionNames } from '../../../contract/settings.ts'
import type { ModelRecord } from '../../../contract/records.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { addModel, getStarter } from '../model.ts'
import { withCommon } from '../options.ts'

const sayAdded = ({ output }: Session, model: ModelRecord): void => {
  const { name, family, licence } = model
  const licensed = licence === undefined ? '' : `, licence ${licence}`
  output.result({ model }, [`Model "${name}" is ready (${family}${licensed}).`])
}

export function modelsCommand(host: Host): Command {
  const add = new Command('add')
    .description('add a GGUF file or a safetensors folder')
    .argument('<path>')
    .option('--name <name>', 'what to call it')
    .addOption(new Option('--precision <precision>', 'what its weights are prepared in').choices(precisionNames))
    .action((path: string, options: CommonOptions & { name?: string; precision?: PrecisionName }) =>
      withStudio(host, options, async (session) => {
        sayAdded(session, await addModel(session, resolve(path), options))
      }),
    )

  const get = new Command('get')
    .description('fetch the starter model')
    .addArgument(new Argument('<which>').choices(['starter']))
    .action((_which: string, options: CommonOptions) =>
      withStudio(host, options, async (session) => {
        sayAdded(session, await getStarter(session))
      }),
    )

  const list = new Command('list').description('list the models').action((options: CommonOptions) =>
    withStudio(host, options, async ({ studio, output }) => {
      const models = await studio.call('models.list', {})
      const lines = models.map(
        ({ name, family, source, base }) =>
          `${name}  (${family}${base === undefined ? '' : `, tuned from ${base}`})  ${source}`,
      )
      output.result(
        { models },
        lines.length > 0 ? lines : ['There is no model yet. Fetch one with: softprompt models get starter'],
      )
    }),
  )

  const rename = new Command('rename')
    .description('give a model another name')
    .argument('<model>')
    .argument('<name>')
    .action((from: string, name: string, options: CommonOptions) =>
      withStudio(host, options, async ({ studio, output }) => {
        const model = await studio.call('models.rename', { model: from, name })
        output.result({ model }, [`Model "${from}" is now called "${model.name}".`])
      }),
    )

  const remove = new Command('remove')
    .description('remove a model and the studio’s copies of it; its own file stays')
    .argument('<model>')
    .action((model: string, options: CommonOptions) =>
      withStudio(host, options, async ({ studio, output }) => {
        await studio.call('models.remove', { model })
        output.result({ removed: model }, [`Model "${model}" is removed.`])
      }),
    )

  const models = new Command('models').description('add, fetch, list, rename and remove base models')
  for (const command of [add, get, list, rename, remove]) models.addCommand(withCommon(command))
  return models
}
