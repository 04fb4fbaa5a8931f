// Methods score, try and export: what a tuned prompt is good for.
import type { Evaluation, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { EvaluationRecord, ModelRecord, RunRecord } from '../../contract/records.ts'
import type { Input } from '../../contract/service.ts'
import { formats } from '../../engine/export/formats.ts'
import { writeFolder } from '../../engine/export/folder.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { loadExamples } from '../examples.ts'
import { sealedModel } from '../run-material.ts'
import { findRun } from './lookup.ts'
import { serveJob } from './serving.ts'

interface Tuned {
  readonly run: RunRecord
  readonly model: ModelRecord
  readonly prompt: TunedPrompt
}

async function tuned({ store }: ServiceContext, name: string): Promise<Tuned> {
  const run = await findRun(store, name)
  const prompt = await store.prompts.byRun(run.id)
  if (!prompt) throw studioError('run/no-prompt', run.name)
  const { model } = await store.models.prepared(run.model)
  if (model.hash !== prompt.modelHash) throw studioError('run/other-model', run.name, model.name)
  return { run, model, prompt }
}

async function score(
  context: ServiceContext,
  { run: name, ...source }: Input<'score'>,
  call: CallContext,
): Promise<EvaluationRecord[]> {
  const { store, threads } = context
  const { run, prompt } = await tuned(context, name)
  const { labels, settings } = prompt
  const all = await loadExamples(store, source)
  const examples = all.filter(({ label }) => labels.includes(label))
  if (examples.length === 0) throw studioError('run/no-known-labels', run.name, labels)
  if (examples.length < all.length) {
    const { code, message } = studioError('run/rows-left-out', all.length - examples.length, labels)
    call.emit({ event: 'warning', step: 0, code, message })
  }
  const model = await sealedModel(store, run.model)
  const kept: EvaluationRecord[] = []
  for (const subject of [undefined, prompt]) {
    let evaluation: Evaluation | undefined
    const job = { kind: 'score' as const, model, prompt: subject, settings, labels, examples, threads }
    await serveJob(context, call, job, (event) => {
      if (event.event === 'evaluation') evaluation = event.evaluation
    })
    if (!evaluation) throw studioError('run/failed', 'compute scored nothing')
    const judged = { run: run.id, dataset: source.dataset, version: source.version }
    const scored = evaluation
    const record = await store.transaction((tables) => tables.evaluations.add(judged, scored))
    const { rows, accuracy, macroF1 } = record
    call.emit({ event: 'evaluation', subject: record.subject, rows, accuracy, macroF1 })
    kept.push(record)
  }
  context.changed('runs')
  return kept
}

export const promptMethods: Pick<Methods, 'score' | 'try' | 'export'> = {
  score,
  try: async (context, { run: name, text, sampling }, call) => {
    const { run, prompt } = await tuned(context, name)
    const model = await sealedModel(context.store, run.model)
    const { threads } = context
    const written: string[] = []
    const job = { kind: 'generate' as const, model, prompt, settings: prompt.settings, text, sampling, threads }
    await serveJob(context, call, job, (event) => {
      if (event.event === 'token') written.push(event.text)
    })
    return { text: written.join('') }
  },
  export: async (context, { run: name, to, folder }) => {
    const { run, model, prompt } = await tuned(context, name)
    const evaluations = await context.store.evaluations.list(run.id)
    const figures = evaluations.filter(({ dataset, version }) => dataset === run.dataset && version === run.version)
    const files = formats[to]({ name: run.name, model, prompt, figures })
    return { folder, files: await writeFolder(folder, files) }
  },
}
