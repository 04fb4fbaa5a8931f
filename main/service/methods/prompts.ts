// Methods score, try, classify and export: using a tuned prompt.
import type { ScoreSubject, TunedPrompt } from '../../contract/compute.ts'
import { fileName } from '../../contract/names.ts'
import type { Input, Outputs, Speaker } from '../../contract/service.ts'
import { scoresLabels, taskOf } from '../../engine/task/index.ts'
import { samplingLimits } from '../../engine/evaluate/answer-end.ts'
import { withoutInstruction } from '../../engine/evaluate/encode.ts'
import { zipped } from '../../engine/export/archive.ts'
import type { Files } from '../../engine/export/format.ts'
import { formats } from '../../engine/export/formats.ts'
import { writeFolder } from '../../engine/export/folder.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { knownAnswers } from '../prompts/known-answers.ts'
import { scoreRuns } from '../prompts/score-runs.ts'
import { likeliest, scoreSubjects } from '../prompts/score-subjects.ts'
import { findTuned } from '../prompts/tuned.ts'
import { sealedModel } from '../runs/material.ts'
import { configOf, findRun } from '../lookup.ts'
import { serveForEvent, serveJob } from '../compute/serving.ts'

/** The prompt and settings with which a speaker answers; a hand-written instruction replaces the template's own. */
function speaking(prompt: TunedPrompt, speaker: Speaker = { by: 'tuned' }): ScoreSubject {
  const { settings } = prompt
  if (speaker.by === 'tuned') return { prompt, settings }
  if (speaker.by === 'nothing') return { prompt: undefined, settings: withoutInstruction(settings) }
  const template = { ...settings.template, instruction: speaker.instruction }
  return { prompt: undefined, settings: { ...settings, template } }
}

async function classify(
  context: ServiceContext,
  { run: name, speaker, text, context: about = '' }: Input<'classify'>,
  call: CallContext,
): Promise<Outputs['classify']> {
  const { model: base, prompt } = await findTuned(context.store, name)
  const { labels, settings } = prompt
  if (!scoresLabels(settings)) return []
  const examples = [{ row: 0, text: taskOf(settings).textOf(text, about), label: labels[0] ?? '' }]
  const rows = { model: base.id, labels, examples }
  const [evaluation] = await scoreSubjects(context, call, rows, [speaking(prompt, speaker)])
  return likeliest(labels, evaluation?.rows[0]?.logProbabilities ?? [])
}

async function filesOf(
  context: ServiceContext,
  { run: name, to }: Pick<Input<'export'>, 'run' | 'to'>,
  call: CallContext,
): Promise<{ readonly name: string; readonly files: Files }> {
  const { model, prompt, ...tuned } = await findTuned(context.store, name)
  const answers = await knownAnswers(context, call, model.id, prompt)
  const { labels, settings } = prompt
  const job = { kind: 'render' as const, model: await sealedModel(context.store, model.id), settings, labels }
  const { rendering } = await serveForEvent(context, call, job, 'rendering')
  const config = await configOf(context.store, model)
  return { name: tuned.name, files: formats[to].files({ ...tuned, model, config, prompt, answers, rendering }) }
}

export const promptMethods: Pick<Methods, 'score' | 'try' | 'classify' | 'export' | 'export.archive'> = {
  score: async (context, { run, ...source }, call) =>
    scoreRuns(context, call, [await findRun(context.store, run)], source),
  classify,
  try: async (context, { run: name, speaker, text: ownText, context: about = '', sampling }, call) => {
    const { model: base, prompt } = await findTuned(context.store, name)
    const model = await sealedModel(context.store, base.id)
    const { threads } = context
    const text = taskOf(prompt.settings).textOf(ownText, about)
    const pieces: string[] = []
    const limits = samplingLimits(prompt.settings)
    const job = {
      ...{ kind: 'generate' as const, model, ...speaking(prompt, speaker), text, threads },
      sampling: { ...limits, ...sampling },
    }
    await serveJob(context, call, job, (event) => {
      if (event.event === 'token') pieces.push(event.text)
    })
    return { text: pieces.join('') }
  },
  export: async (context, { folder, ...what }, call) => {
    const { files } = await filesOf(context, what, call)
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
