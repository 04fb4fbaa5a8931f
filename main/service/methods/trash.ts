// Methods trash.*: runs and opened prompts are put away, restored, and deleted.
import { studioError } from '../../contract/errors/index.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { TrashedItem } from '../../contract/service.ts'
import type { OpenedPrompt } from '../../engine/store/tables/opened-prompts.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { discard } from './runs.ts'

interface Work {
  run(run: RunRecord): Promise<unknown>
  prompt(prompt: OpenedPrompt): Promise<unknown>
}

/** All are found before any is touched. Error: 'store/missing'. */
async function forEach({ store, changed }: ServiceContext, names: readonly string[], work: Work): Promise<null> {
  const found: (() => Promise<unknown>)[] = []
  for (const name of new Set(names)) {
    const run = await store.runs.find(name)
    const prompt = run ? undefined : await store.openedPrompts.byName(name)
    if (!run && !prompt) throw studioError('store/missing', 'run or prompt', name)
    if (run) found.push(() => work.run(run))
    if (prompt) found.push(() => work.prompt(prompt))
  }
  try {
    for (const one of found) await one()
  } finally {
    changed('runs')
  }
  return null
}

const setTrashed = (context: ServiceContext, names: readonly string[], trashed: boolean): Promise<null> => {
  const { store, runner } = context
  return forEach(context, names, {
    run: async ({ id }) => {
      if (trashed && runner.isActive(id)) await runner.stop(id)
      await store.runs.setTrashed(id, trashed)
    },
    prompt: ({ id }) => store.openedPrompts.setTrashed(id, trashed),
  })
}

async function list({ store }: ServiceContext): Promise<TrashedItem[]> {
  const [runs, prompts, datasets, models] = await Promise.all([
    store.runs.all(),
    store.openedPrompts.all(),
    store.datasets.list(),
    store.models.list(),
  ])
  const nameIn = (records: readonly { readonly id: number; readonly name: string }[], id: number): string =>
    records.find((record) => record.id === id)?.name ?? ''
  const items = [
    ...runs.map((run) => ({ ...run, kind: 'run' as const, of: nameIn(datasets, run.dataset) })),
    ...prompts.map((prompt) => ({ ...prompt, kind: 'prompt' as const, of: nameIn(models, prompt.model) })),
  ]
  return items
    .flatMap(({ name, kind, of, trashedAt }) => (trashedAt === undefined ? [] : [{ name, kind, of, trashedAt }]))
    .sort((a, b) => b.trashedAt.localeCompare(a.trashedAt))
}

export const trashMethods: Pick<Methods, `trash.${'put' | 'list' | 'restore' | 'delete'}`> = {
  'trash.put': (context, { names }) => setTrashed(context, names, true),
  'trash.list': list,
  'trash.restore': (context, { names }) => setTrashed(context, names, false),
  'trash.delete': (context, { names }) =>
    forEach(context, names, {
      run: ({ name }) => discard(context, name),
      prompt: (prompt) => context.store.openedPrompts.remove(prompt),
    }),
}
