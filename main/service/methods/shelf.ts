// Methods shelf.*: put prompts on the shelf and off it, let another version answer, compare two, and look at what they answer.
import { studioError } from '../../contract/errors/index.ts'
import type { Input, Method, Outputs, PromptSummary, ShelfItem } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import type { ShelfRecord, ShelvedVersion } from '../../engine/store/tables/shelf.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { findItem, promptNames } from '../serving/shelf.ts'
import { dayOf } from '../serving/tally.ts'
import { listPrompts } from './prompt-files.ts'

async function list(context: ServiceContext): Promise<ShelfItem[]> {
  const [items, nameOf, prompts] = await Promise.all([
    context.store.shelf.list(),
    promptNames(context.store),
    listPrompts(context),
  ])
  const byName = new Map(prompts.map((prompt) => [prompt.name, prompt]))
  return items.map((item) => shown(item, nameOf, byName))
}

function shown(
  { name, purpose, version, candidate, versions: all }: ShelfRecord,
  nameOf: (version: ShelvedVersion) => string | undefined,
  prompts: ReadonlyMap<string, PromptSummary>,
): ShelfItem {
  const versions = all.map((each) => ({
    ...{ number: each.number, prompt: nameOf(each) ?? null, putAt: each.putAt },
  }))
  const answers = versions.find(({ number }) => number === version)?.prompt ?? ''
  return { name, purpose, version, candidate: candidate ?? null, versions, prompt: prompts.get(answers) ?? null }
}

/** The item as it is now, for whoever has changed it. */
async function after(context: ServiceContext, name: string): Promise<ShelfItem> {
  context.shelf.changed()
  const item = (await list(context)).find((each) => each.name === name)
  if (!item) throw studioError('shelf/missing', name)
  return item
}

/** Where the prompt of this name lies. */
async function sourceOf(store: Store, name: string): Promise<Pick<ShelvedVersion, 'run' | 'opened'>> {
  const run = await store.runs.find(name)
  const opened = run ? undefined : await store.openedPrompts.byName(name)
  return { run: run?.id, opened: opened?.id }
}

async function put(
  context: ServiceContext,
  { prompt: named, name: wanted, purpose, compare = false }: Input<'shelf.put'>,
): Promise<ShelfItem> {
  const { store, serving } = context
  const { name: own, prompt } = await serving.prompts.find(named)
  const source = await sourceOf(store, named)
  const name = wanted ?? own
  if (await store.models.byName(name)) throw studioError('shelf/name-of-model', name)
  const known = await store.shelf.byName(name)
  if (known) await refuseOtherKind(context, known, scoresLabels(prompt.settings))
  const isSame = ({ run, opened }: ShelvedVersion): boolean => run === source.run && opened === source.opened
  await store.transaction(async ({ shelf }) => {
    const id = known?.id ?? (await shelf.add(name, purpose ?? ''))
    const version = known?.versions.find(isSame)?.number ?? (await shelf.addVersion(id, source))
    if (!known) return
    const waits = compare && version !== known.version
    await shelf.set(id, {
      ...(waits ? { candidate: version } : { version, candidate: null }),
      ...(purpose === undefined ? {} : { purpose }),
    })
  })
  return after(context, name)
}

/** Programs that ask for a label have no use for a text. Error: 'shelf/other-kind'. */
async function refuseOtherKind({ store, serving }: ServiceContext, item: ShelfRecord, chooses: boolean): Promise<void> {
  const nameOf = await promptNames(store)
  const answers = item.versions.find(({ number }) => number === item.version)
  const name = answers && nameOf(answers)
  if (name === undefined) return
  const { prompt } = await serving.prompts.find(name)
  if (scoresLabels(prompt.settings) !== chooses) throw studioError('shelf/other-kind', item.name)
}

/** An item with a version of it that can answer. Errors: 'shelf/missing', 'shelf/no-version', 'shelf/in-trash'. */
async function findVersion(store: Store, name: string, version: number): Promise<ShelfRecord> {
  const item = await findItem(store, name)
  const found = item.versions.find(({ number }) => number === version)
  if (!found) throw studioError('shelf/no-version', name, version)
  if ((await promptNames(store))(found) === undefined) throw studioError('shelf/in-trash', name, version)
  return item
}

async function today({ store, shelf }: ServiceContext): Promise<Outputs['shelf.today']> {
  await shelf.counted()
  const [items, given] = await Promise.all([store.shelf.list(), store.shelf.given(dayOf(new Date()))])
  const answered = items.flatMap(({ id, name: item }) => {
    const byVersion = Map.groupBy(
      given.filter((one) => one.item === id),
      ({ version }) => version,
    )
    return [...byVersion].map(([version, labels]) => ({
      ...{ item, version, labels: labels.map(({ label, answers }) => ({ label, answers })) },
    }))
  })
  return { answered, comparisons: items.flatMap((item) => shelf.comparison(item) ?? []) }
}

export const shelfMethods: Pick<Methods, Extract<Method, `shelf.${string}`>> = {
  'shelf.list': (context) => list(context),
  'shelf.put': put,
  'shelf.switch': async (context, { item: name, version }) => {
    const { id } = await findVersion(context.store, name, version)
    await context.store.shelf.set(id, { version, candidate: null })
    return after(context, name)
  },
  'shelf.compare': async (context, { item: name, version }) => {
    const { store } = context
    const item = version === null ? await findItem(store, name) : await findVersion(store, name, version)
    // A version is always like itself.
    await store.shelf.set(item.id, { candidate: version === item.version ? null : version })
    return after(context, name)
  },
  'shelf.describe': async (context, { item: name, purpose }) => {
    await context.store.shelf.set((await findItem(context.store, name)).id, { purpose })
    return after(context, name)
  },
  'shelf.takeOff': async ({ store, shelf }, { item: name }) => {
    await store.shelf.remove((await findItem(store, name)).id)
    shelf.changed()
    return null
  },
  'shelf.today': (context) => today(context),
}
