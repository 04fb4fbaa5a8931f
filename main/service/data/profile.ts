// Profiles of data set versions, each made in one pass, and cached for as long as the columns' roles stay the same.
import type { DataProfile, Roles, ViewedRow } from '../../contract/service.ts'
import { fewRows } from '../../engine/data/folds.ts'
import { isLeftEnough } from '../../engine/data/mend.ts'
import { isSafe } from '../../engine/data/problems/index.ts'
import { createProfiler, type TableProfile } from '../../engine/data/profile.ts'
import { powerWith } from '../../engine/evaluate/power.ts'
import type { FoundProblems } from '../../engine/store/tables/versions.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { ServiceContext } from '../context.ts'
import { eachRow } from './each-row.ts'
import { rolesOf } from './roles.ts'
import { rowReader } from './row-text.ts'

const MAX_PROFILES = 8
const caches = new WeakMap<ServiceContext, Map<string, Promise<TableProfile>>>()

/** Rows in use, counted and checked. Errors: 'store/missing', 'run/cancelled'. */
export async function profileOf(
  context: ServiceContext,
  dataset: number,
  version: number,
  onRows: (rows: number) => void = () => undefined,
  chosen: Partial<Pick<Roles, 'text' | 'label' | 'context' | 'task'>> = {},
): Promise<TableProfile> {
  const own = await rolesOf(context, dataset)
  const roles = { ...own, ...chosen }
  const key = JSON.stringify([dataset, version, roles])
  const profiles = caches.get(context) ?? new Map<string, Promise<TableProfile>>()
  caches.set(context, profiles)
  const known = profiles.get(key)
  if (known) return known
  const made = makeProfile(context, dataset, version, roles, { onRows }).then(async (profile) => {
    if (areSame(own, roles)) await keepCount(context, dataset, version, { roles, problems: profile.findings.size })
    return profile
  })
  profiles.set(key, made)
  made.catch(() => profiles.delete(key))
  for (const old of profiles.keys()) if (profiles.size > MAX_PROFILES) profiles.delete(old)
  return made
}

type RoleColumns = FoundProblems['roles']

const areSame = (a: RoleColumns, b: RoleColumns): boolean =>
  (['text', 'label', 'context', 'task'] as const).every((role) => a[role] === b[role])

/** Who waits for a profile has it, even where a full disk cannot keep the count. */
async function keepCount(
  { store, failedUnattended }: ServiceContext,
  dataset: number,
  version: number,
  found: FoundProblems,
): Promise<void> {
  await store.datasets.setFoundProblems(dataset, version, found).catch((error: unknown) => {
    failedUnattended('problem count', error)
  })
}

/** How many problems a version has, where a profile for these roles has counted them at any time. */
export async function knownProblems(
  { store }: Pick<ServiceContext, 'store'>,
  dataset: number,
  version: number,
  roles: RoleColumns,
): Promise<number | undefined> {
  const found = await store.datasets.foundProblems(dataset, version)
  return found && areSame(found.roles, roles) ? found.problems : undefined
}

/** The newest version as fixes would leave it: counted and checked, and not kept. Error: 'store/missing'. */
export async function mendedProfile(
  context: ServiceContext,
  dataset: number,
  mend: (row: ViewedRow) => ViewedRow,
): Promise<TableProfile> {
  const version = await context.store.datasets.newest(dataset)
  return makeProfile(context, dataset, version, await rolesOf(context, dataset), { mend })
}

interface MakeOptions {
  readonly onRows?: (rows: number) => void
  readonly mend?: (row: ViewedRow) => ViewedRow
}

async function makeProfile(
  context: ServiceContext,
  dataset: number,
  version: number,
  roles: Roles,
  { onRows = () => undefined, mend = (row) => row }: MakeOptions,
): Promise<TableProfile> {
  const columns = (await context.store.datasets.byId(dataset))?.columns ?? []
  const read = rowReader(columns, roles)
  const profiler = createProfiler(defaultSettings({ task: roles.task }))
  let seen = 0
  await eachRow(context, dataset, version, undefined, (each) => {
    const { row, cells, state } = mend(each)
    if (state === 'used') profiler.see({ row, ...read(cells) })
    if (++seen % 10_000 === 0) onRows(seen)
  })
  return profiler.finish()
}

/** The profile as a window shows it: row numbers stay here. */
export const shownProfile = ({ rows, labels, lengths, findings }: TableProfile): DataProfile => ({
  rows,
  labels,
  lengths,
  problems: [...findings].map(([problem, { title, explanation, fix, rows: found }]) => ({
    problem,
    title,
    explanation,
    rows: found.length,
    fix: fix && {
      button: fix.button,
      leaves: fix.kind === 'exclude' ? rows - found.length : rows,
      safe: isSafe(problem) && (fix.kind !== 'exclude' || isLeftEnough(rows, found.length)),
    },
  })),
  // Few rows are cross-validated: each of them serves for the test.
  ...(rows > 0 && rows < fewRows ? { power: powerWith(rows) } : {}),
})

/** Numbers of the rows that a check found; none where it found nothing. */
export async function rowsOfProblem(
  context: ServiceContext,
  dataset: number,
  version: number,
  problem: string,
): Promise<readonly number[]> {
  return (await profileOf(context, dataset, version)).findings.get(problem)?.rows ?? []
}
