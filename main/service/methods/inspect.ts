// Methods runs.inspect and runs.inspection: what a run's virtual tokens look like.
import { studioError } from '../../contract/errors/index.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { RunInspection } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { evenly } from '../../engine/inspect/evenly.ts'
import { gradientHistory } from '../../engine/inspect/history.ts'
import { makesModel } from '../../engine/method/index.ts'
import type { Store } from '../../engine/store/store.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { rowReader } from '../data/row-text.ts'
import { cachedTextsFolder } from '../home/home.ts'
import { sealedModel } from '../runs/material.ts'
import { keptTensors } from '../runs/start.ts'
import { tunedBy } from '../prompts/tuned.ts'
import { findDataset, findRun } from '../lookup.ts'
import { serveForEvent } from '../compute/serving.ts'

/** Rows that are scored once more for each virtual token. */
const ROWS = 64
/** Numbers that a token's gradients come down to: as many as a small line shows. */
const STRETCHES = 40

/** Some rows of the validation set: the run was not trained on them, and no verdict rests on them. */
async function validationRows(store: Store, run: RunRecord): Promise<Example[]> {
  const [{ validation }, task, { columns }] = await Promise.all([
    store.runs.split(run.id),
    store.tasks.byId(run.task),
    findDataset(store, run.dataset),
  ])
  if (!task) throw studioError('store/missing', 'task', String(run.task))
  const { textColumn: text, labelColumn: label, contextColumn, kind } = task
  const read = rowReader(columns, { text, label, context: contextColumn, task: kind })
  const found = await store.rows.read(run.dataset, run.version, evenly(validation, ROWS))
  return found.map(({ row, cells }) => ({ row, ...read(cells) }))
}

async function inspect(context: ServiceContext, name: string, call: CallContext): Promise<RunInspection> {
  const { store, inspections, threads } = context
  const run = await findRun(store, name)
  if (makesModel(run.settings)) throw studioError('run/no-tokens', run.name)
  const { prompt } = await tunedBy(store, run)
  const known = inspections.get(run)
  if (known) return known
  const { labels, settings } = prompt
  const [model, examples] = await Promise.all([sealedModel(store, run.model), validationRows(store, run)])
  const texts = cachedTextsFolder(context.home, run.dataset)
  const start = await keptTensors(store, settings.from)
  const job = {
    ...{ kind: 'inspect' as const, model, prompt, settings, labels, examples, texts, threads },
    ...(start ? { start } : {}),
  }
  const { inspection } = await serveForEvent(context, call, job, 'inspection')
  const found = { inspection, gradients: gradientHistory(await store.metrics.steps(run.id), STRETCHES) }
  inspections.add(run, found)
  return found
}

export const inspectMethods: Pick<Methods, 'runs.inspect' | 'runs.inspection'> = {
  'runs.inspect': (context, { run }, call) => inspect(context, run, call),
  'runs.inspection': async ({ store, inspections }, { run }) => inspections.get(await findRun(store, run)) ?? null,
}
