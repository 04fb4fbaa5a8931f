// Methods score, try, classify and export: using a tuned prompt.
import { readdir } from 'node:fs/promises'
import { studioError } from '../../contract/errors/index.ts'
import { fileName } from '../../contract/names.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import {
  type ExportFormat,
  type Input,
  type ModelFormat,
  modelFormats,
  type Outputs,
  type Speaker,
} from '../../contract/service.ts'
import { scoresLabels, taskOf } from '../../engine/task/index.ts'
import { samplingLimits } from '../../engine/evaluate/answer-end.ts'
import { withoutInstruction } from '../../engine/evaluate/encode.ts'
import { zipped } from '../../engine/export/archive.ts'
import type { Files, FolderFiles } from '../../engine/export/format.ts'
import { formats } from '../../engine/export/formats.ts'
import { writeFolder } from '../../engine/export/folder.ts'
import { modelFolder } from '../../engine/export/model.ts'
import { makesModel } from '../../engine/method/index.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { knownAnswers } from '../prompts/known-answers.ts'
import { ownMark } from '../home/disk.ts'
import { scoreRuns } from '../prompts/score-runs.ts'
import { type Answering, labelAnswer, scoreSubjects } from '../prompts/score-subjects.ts'
import { findTuned, type Tuned } from '../prompts/tuned.ts'
import { sealedModel } from '../runs/material.ts'
import { configOf, findRun } from '../lookup.ts'
import { serveForEvent, serveJob } from '../compute/serving.ts'

/**
 * The model, prompt and settings with which a speaker answers; a hand-written instruction replaces the template's own. All but
 * the tuned one are the base model's.
 */
function speaking(
  { prompt, model, base }: Tuned,
  speaker: Speaker = { by: 'tuned' },
  thinking = prompt.settings.template.thinking,
): Answering {
  if (speaker.by === 'tuned') return { model: model.id, prompt, settings: prompt.settings }
  const settings = thinkingAs(thinking, prompt.settings)
  const alone = { model: base.id, prompt: undefined }
  if (speaker.by === 'nothing') return { ...alone, settings: withoutInstruction(settings) }
  const template = { ...settings.template, instruction: speaker.instruction }
  return { ...alone, settings: { ...settings, template } }
}

const thinkingAs = (thinking: boolean | undefined, settings: TuneSettings): TuneSettings =>
  thinking === undefined ? settings : { ...settings, template: { ...settings.template, thinking } }

async function classify(
  context: ServiceContext,
  { run: name, speaker, text, context: about = '' }: Input<'classify'>,
  call: CallContext,
): Promise<Outputs['classify']> {
  const tuned = await findTuned(context.store, name)
  const { labels, settings } = tuned.prompt
  if (!scoresLabels(settings)) return { labels: [] }
  const examples = [{ row: 0, text: taskOf(settings).textOf(text, about), label: labels[0] ?? '' }]
  const subject = speaking(tuned, speaker)
  const [evaluation] = await scoreSubjects(context, call, { labels, examples }, [subject])
  return labelAnswer(labels, evaluation?.rows[0]?.logProbabilities ?? [], subject.prompt)
}

/** Error: 'export/is-model' where the result is no prompt. */
async function filesOf(
  context: ServiceContext,
  { run: name, to }: Input<'export.archive'>,
  call: CallContext,
): Promise<{ readonly name: string; readonly files: Files }> {
  const { model, prompt, ...tuned } = await findTuned(context.store, name)
  if (makesModel(prompt.settings)) throw studioError('export/is-model', tuned.name)
  const answers = await knownAnswers(context, call, model.id, prompt)
  const { labels, settings } = prompt
  const job = { kind: 'render' as const, model: await sealedModel(context.store, model.id), settings, labels }
  const { rendering } = await serveForEvent(context, call, job, 'rendering')
  const config = await configOf(context.store, model)
  return { name: tuned.name, files: formats[to].files({ ...tuned, model, config, prompt, answers, rendering }) }
}

/** The files of a run's model. Error: 'export/is-prompt' where the result is none. */
async function modelFilesOf({ store }: ServiceContext, name: string): Promise<FolderFiles> {
  const tuned = await findTuned(store, name)
  if (!makesModel(tuned.prompt.settings)) throw studioError('export/is-prompt', tuned.name)
  const files = (await readdir(tuned.model.folder)).filter((file) => file !== ownMark)
  return modelFolder({ ...tuned, base: tuned.base.name, files })
}

const isOfModels = (format: ExportFormat | ModelFormat): format is ModelFormat =>
  (modelFormats as readonly string[]).includes(format)

export const promptMethods: Pick<Methods, 'score' | 'try' | 'classify' | 'export' | 'export.archive'> = {
  score: async (context, { run, ...source }, call) =>
    scoreRuns(context, call, [await findRun(context.store, run)], source),
  classify,
  try: async (context, { run: name, speaker, text: ownText, context: about = '', sampling, thinking }, call) => {
    const tuned = await findTuned(context.store, name)
    const { settings } = tuned.prompt
    const { threads } = context
    const text = taskOf(settings).textOf(ownText, about)
    const pieces: string[] = []
    const limits = samplingLimits(settings)
    const { model, ...speaks } = speaking(tuned, speaker, thinking)
    const job = {
      ...{ kind: 'generate' as const, model: await sealedModel(context.store, model), ...speaks, text, threads },
      sampling: { ...limits, ...sampling },
    }
    await serveJob(context, call, job, (event) => {
      if (event.event === 'token') pieces.push(event.text)
    })
    return { text: pieces.join('') }
  },
  export: async (context, { folder, run, to }, call) => {
    const files = isOfModels(to) ? await modelFilesOf(context, run) : (await filesOf(context, { run, to }, call)).files
    return { folder, files: await writeFolder(folder, files) }
  },
  'export.archive': async (context, what, call) => {
    const { name, files } = await filesOf(context, what, call)
    const [[only, bytes] = [], another] = Object.entries(files)
    // What is one file already is handed over as it is.
    if (another === undefined && only !== undefined && bytes instanceof Uint8Array) return { name: only, bytes }
    return { name: fileName(name, '.zip'), bytes: zipped(files) }
  },
}
