// Methods trash.*: runs, opened prompts and data sets are put away, restored, and deleted.
import { rm } from 'node:fs/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { DatasetRecord, RunRecord } from '../../contract/records.ts'
import type { Input, TrashedItem } from '../../contract/service.ts'
import type { OpenedPrompt } from '../../engine/store/tables/opened-prompts.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { takeOutOfTrash } from '../data/out-of-trash.ts'
import { cachedTextsFolder } from '../home/home.ts'
import { findDataset } from '../lookup.ts'
import { refuseAnswering } from '../serving/shelf.ts'
import { discard } from './runs.ts'

interface Work {
  run(run: RunRecord): Promise<unknown>
  prompt(prompt: OpenedPrompt): Promise<unknown>
  dataset(dataset: DatasetRecord): Promise<unknown>
}

/** All are found before any is touched. Error: 'store/missing'. */
async function forEach(
  { store, changed }: ServiceContext,
  { names = [], datasets = [] }: Input<'trash.put'>,
  work: Work,
): Promise<null> {
  const found: (() => Promise<unknown>)[] = []
  for (const name of new Set(names)) {
    const run = await store.runs.find(name)
    const prompt = run ? undefined : await store.openedPrompts.byName(name)
    if (!run && !prompt) throw studioError('store/missing', 'run or prompt', name)
    if (run) found.push(() => work.run(run))
    if (prompt) found.push(() => work.prompt(prompt))
  }
  for (const id of new Set(datasets)) {
    const dataset = await findDataset(store, id)
    found.push(() => work.dataset(dataset))
  }
  try {
    for (const one of found) await one()
  } finally {
    changed('runs')
    if (datasets.length > 0) changed('data')
  }
  return null
}

/** Pauses what is under way on a data set: its sweeps first, which would begin the next run. */
async function pauseOn({ store, runner, sweeper }: ServiceContext, { id }: DatasetRecord): Promise<void> {
  for (const sweep of await store.sweeps.list())
    if (sweep.dataset === id && sweeper.isActive(sweep.id)) await sweeper.stop(sweep.id)
  for (const run of await store.runs.all()) if (run.dataset === id && runner.isActive(run.id)) await runner.stop(run.id)
}

/** Deletes a data set with its runs. Errors: those of `discard`. */
async function deleteDataset(context: ServiceContext, dataset: DatasetRecord): Promise<void> {
  const { store, tidy, home } = context
  await pauseOn(context, dataset)
  const runs = (await store.runs.all()).filter((run) => run.dataset === dataset.id)
  for (const { name } of runs) await discard(context, name)
  await tidy.forget(dataset.id)
  await rm(cachedTextsFolder(home, dataset.id), { recursive: true, force: true })
}

async function list({ store }: ServiceContext): Promise<TrashedItem[]> {
  const [runs, prompts, datasets, models] = await Promise.all([
    store.runs.all(),
    store.openedPrompts.all(),
    store.datasets.all(),
    store.models.list(),
  ])
  const dataOf = (run: RunRecord): DatasetRecord | undefined => datasets.find(({ id }) => id === run.dataset)
  const modelOf = (prompt: OpenedPrompt): string => models.find(({ id }) => id === prompt.model)?.name ?? ''
  const items = [
    ...runs
      .filter((run) => dataOf(run)?.trashedAt === undefined)
      .map((run) => ({ ...run, item: { kind: 'run' as const, of: dataOf(run)?.name ?? '' } })),
    ...prompts.map((prompt) => ({ ...prompt, item: { kind: 'prompt' as const, of: modelOf(prompt) } })),
    ...datasets.map((data) => ({
      ...data,
      item: { kind: 'data' as const, dataset: data.id, runs: runs.filter((run) => run.dataset === data.id).length },
    })),
  ]
  return items
    .flatMap(({ name, trashedAt, item }) => (trashedAt === undefined ? [] : [{ name, trashedAt, ...item }]))
    .sort((a, b) => b.trashedAt.localeCompare(a.trashedAt))
}

export const trashMethods: Pick<Methods, `trash.${'put' | 'list' | 'restore' | 'delete'}`> = {
  'trash.put': async (context, chosen) => {
    await refuseAnswering(context.store, chosen)
    return forEach(context, chosen, {
      run: async ({ id }) => {
        if (context.runner.isActive(id)) await context.runner.stop(id)
        await context.store.runs.setTrashed(id, true)
      },
      prompt: ({ id }) => context.store.openedPrompts.setTrashed(id, true),
      dataset: async (dataset) => {
        await pauseOn(context, dataset)
        await context.store.datasets.setTrashed(dataset.id, true)
      },
    })
  },
  'trash.list': list,
  'trash.restore': (context, chosen) =>
    forEach(context, chosen, {
      run: async ({ id, dataset }) => {
        await context.store.runs.setTrashed(id, false)
        await takeOutOfTrash(context, dataset)
      },
      prompt: ({ id }) => context.store.openedPrompts.setTrashed(id, false),
      dataset: ({ id }) => takeOutOfTrash(context, id),
    }),
  'trash.delete': async (context, chosen) => {
    await refuseAnswering(context.store, chosen)
    return forEach(context, chosen, {
      run: ({ name }) => discard(context, name),
      prompt: (prompt) => context.store.openedPrompts.remove(prompt),
      dataset: (dataset) => deleteDataset(context, dataset),
    })
  },
}
