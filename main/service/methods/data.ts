// Methods data.*: a file becomes the first version of a data set; data sets are listed, named, profiled, mended.
import { studioError } from '../../contract/errors/index.ts'
import type { DatasetRecord } from '../../contract/records.ts'
import type { DatasetDetails, DatasetSummary } from '../../contract/service.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { fixProblems } from '../data/fix.ts'
import { glanceAt } from '../data/glance.ts'
import { importSample, importTable, isSample } from '../data/import.ts'
import { lookAt } from '../data/look.ts'
import { knownProblems, profileOf, shownProfile } from '../data/profile.ts'
import { rolesOf } from '../data/roles.ts'
import { writeData } from '../data/write.ts'
import { healthOf } from '../runs/health.ts'
import { findDataset } from '../lookup.ts'

async function summary(context: ServiceContext, record: DatasetRecord): Promise<DatasetSummary> {
  const { store } = context
  const version = await store.datasets.newest(record.id)
  const [counts, roles, runs] = await Promise.all([
    store.datasets.counts(record.id, version),
    rolesOf(context, record.id),
    store.runs.countOn(record.id),
  ])
  return {
    ...record,
    version,
    rows: counts.used,
    roles,
    runs,
    problems: await knownProblems(context, record.id, version, roles),
    isSample: isSample(record),
  }
}

async function details(context: ServiceContext, id: number): Promise<DatasetDetails> {
  const { store } = context
  const shown = await summary(context, await findDataset(store, id))
  const [{ excluded, trash }, history] = await Promise.all([
    store.datasets.counts(id, shown.version),
    store.datasets.history(id),
  ])
  const { versions, undo, redo } = history
  return { ...shown, excluded, trash, versions, undo: undo?.description, redo: redo?.description }
}

type Described =
  `data.${'import' | 'look' | 'glance' | 'sample' | 'list' | 'show' | 'rename' | 'nameVersion' | 'roles' | 'profile' | 'fix' | 'health' | 'write'}`

export const dataMethods: Pick<Methods, Described> = {
  'data.import': (context, { path, choices }, call) => importTable(context, call, path, choices),
  'data.look': (_context, input, call) => lookAt(input, call),
  'data.glance': (_context, { path, choices }, call) => glanceAt(path, choices, call),
  'data.sample': (context, _input, call) => importSample(context, call),
  'data.list': async (context) =>
    Promise.all((await context.store.datasets.list()).map((record) => summary(context, record))),
  'data.show': (context, { dataset }) => details(context, dataset),
  'data.rename': async (context, { dataset, name }) => {
    await findDataset(context.store, dataset)
    await context.store.datasets.rename(dataset, name)
    context.changed('data')
    return details(context, dataset)
  },
  'data.nameVersion': async (context, { dataset, version, name }) => {
    await findDataset(context.store, dataset)
    if (version > (await context.store.datasets.newest(dataset)))
      throw studioError('store/missing', 'version', String(version))
    await context.store.datasets.nameVersion(dataset, version, name)
    context.changed('data')
    return details(context, dataset)
  },
  'data.roles': async (context, { dataset, ...roles }) => {
    const { columns, name } = await findDataset(context.store, dataset)
    for (const column of [roles.text, roles.label, ...(roles.context ? [roles.context] : [])])
      if (!columns.includes(column)) throw studioError('run/no-column', name, column, columns)
    await context.store.datasets.setRoles(dataset, roles)
    context.changed('data')
    return rolesOf(context, dataset)
  },
  'data.profile': async (context, { dataset, version, roles }, { emit }) => {
    const { rows } = await summary(context, await findDataset(context.store, dataset))
    const onRows = (done: number): void => {
      emit({ event: 'progress', stage: 'checking the rows', done, total: rows })
    }
    return shownProfile(await profileOf(context, dataset, version, onRows, roles))
  },
  'data.fix': fixProblems,
  'data.health': healthOf,
  'data.write': writeData,
}
