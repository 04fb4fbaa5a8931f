// Methods score, try, classify and export: using a tuned prompt.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import { fileName } from '../../contract/names.ts'
import type { EvaluationRecord, RunRecord } from '../../contract/records.ts'
import type { Input, Outputs, Speaker } from '../../contract/service.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { textKey } from '../../engine/data/text-key.ts'
import { scoresLabels, taskOf } from '../../engine/task/index.ts'
import { samplingLimits } from '../../engine/evaluate/answer-end.ts'
import { withoutInstruction } from '../../engine/evaluate/encode.ts'
import { zipped } from '../../engine/export/archive.ts'
import type { Files } from '../../engine/export/format.ts'
import { formats } from '../../engine/export/formats.ts'
import { writeFolder } from '../../engine/export/folder.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { loadExamples, loadSplit } from '../data/examples.ts'
import { knownAnswers } from '../prompts/known-answers.ts'
import { sealedModel } from '../runs/material.ts'
import { findTuned, tunedBy } from '../prompts/tuned.ts'
import { configOf, findRun } from '../lookup.ts'
import { serveForEvent, serveJob } from '../compute/serving.ts'

async function score(
  context: ServiceContext,
  { run: name, ...source }: Input<'score'>,
  call: CallContext,
): Promise<EvaluationRecord[]> {
  const { store, threads } = context
  const run = await findRun(store, name)
  const { prompt } = await tunedBy(store, run)
  const { labels, settings } = prompt
  const all = await loadExamples(store, { ...source, task: settings.task ?? 'classification' })
  const examples = scoresLabels(settings) ? all.filter(({ label }) => labels.includes(label)) : all
  if (examples.length === 0) throw studioError('run/no-known-labels', run.name, labels)
  if (examples.length < all.length) {
    const { code, message } = studioError('run/rows-left-out', all.length - examples.length, labels)
    call.emit({ event: 'warning', step: 0, code, message })
  }
  const learned = await rowsLearned(store, run, examples)
  if (learned > 0) {
    const { code, message } = studioError('run/rows-learned', learned, examples.length)
    call.emit({ event: 'warning', step: 0, code, message })
  }
  const model = await sealedModel(store, run.model)
  const records: EvaluationRecord[] = []
  for (const subject of [undefined, prompt]) {
    const own = subject ? settings : withoutInstruction(settings)
    const job = { kind: 'score' as const, model, prompt: subject, settings: own, labels, examples, threads }
    const { evaluation } = await serveForEvent(context, call, job, 'evaluation')
    const rowsOf = { run: run.id, dataset: source.dataset, version: source.version }
    const record = await store.transaction((tables) => tables.evaluations.add(rowsOf, evaluation))
    const { subject: answered, headline, metrics, rows } = record
    call.emit({ event: 'evaluation', subject: answered, headline, metrics, rows })
    records.push(record)
  }
  context.changed('runs')
  return records
}

/** Rows whose text, however it is spaced and capitalised, is one of the run's training rows. */
async function rowsLearned(
  store: ServiceContext['store'],
  run: RunRecord,
  examples: readonly Example[],
): Promise<number> {
  const task = await store.tasks.byId(run.task)
  if (!task) return 0
  const { dataset, version } = run
  const { textColumn: text, labelColumn: label, contextColumn: context, kind } = task
  const { train } = await store.runs.split(run.id)
  const split = { train, validation: [], test: [] }
  const learned = await loadSplit(store, { dataset, version, text, label, context, task: kind }, split)
  const keys = new Set(learned.train.map((example) => textKey(example.text)))
  return examples.filter((example) => keys.has(textKey(example.text))).length
}

interface Speaking {
  readonly prompt: TunedPrompt | undefined
  readonly settings: TuneSettings
}

/** The prompt and settings with which a speaker answers; a hand-written instruction replaces the template's own. */
function speaking(prompt: TunedPrompt, speaker: Speaker = { by: 'tuned' }): Speaking {
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
  const model = await sealedModel(context.store, base.id)
  const examples = [{ row: 0, text: taskOf(settings).textOf(text, about), label: labels[0] ?? '' }]
  const { threads } = context
  const job = { kind: 'score' as const, model, ...speaking(prompt, speaker), labels, examples, threads }
  const { evaluation } = await serveForEvent(context, call, job, 'evaluation')
  const scores = evaluation.rows[0]?.logProbabilities ?? []
  return labels
    .map((label, i) => ({ label, probability: Math.exp(scores[i] ?? -Infinity) }))
    .sort((a, b) => b.probability - a.probability)
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
  score,
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
