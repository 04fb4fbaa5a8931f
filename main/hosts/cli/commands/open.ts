// softprompt open PATH
import { resolve } from 'node:path'
import { Command } from 'commander'
import { quoted } from '../hints.ts'
import { type CommonOptions, type Host, withStudio } from '../host.ts'
import { given, withCommon } from '../options.ts'

interface OpenOptions extends CommonOptions {
  readonly model?: string
  readonly labels?: readonly string[]
}

export function openCommand(host: Host): Command {
  const command = new Command('open')
    .description('open a prompt that somebody made: a prompt file, or a folder of PEFT (or a zip of it)')
    .argument('<path>')
    .option('--model <name>', 'the base model of a PEFT folder, where several here may be the one that it names')
    .option('--labels <label...>', 'labels to choose among, for a PEFT folder that the studio did not make')
    .action((path: string, { model, labels, ...options }: OpenOptions) =>
      withStudio(host, options, async ({ studio, output, signal }) => {
        const wanted = given({ model, labels: labels && [...labels] })
        const onEvent = (event: Parameters<typeof output.event>[0]): void => {
          output.event(event)
        }
        const prompt = await studio.call('prompts.open', { path: resolve(path), ...wanted }, { onEvent, signal })
        output.result({ run: prompt.name, model: prompt.modelName, labels: prompt.labels }, [
          `Opened "${prompt.name}" for ${prompt.modelName}.`,
          `Try it with: softprompt try ${quoted(prompt.name)} "a text"`,
        ])
      }),
    )
  return withCommon(command)
}
