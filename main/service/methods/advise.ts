// Method runs.advise: gathers what is stored about a run for the advisor.
import { isDeepStrictEqual } from 'node:util'
import { headlineOf } from '../../contract/metrics.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Advice } from '../../contract/service.ts'
import { advise } from '../../engine/advise/index.ts'
import type { SmallerRun } from '../../engine/advise/rule.ts'
import { parameterCount } from '../../engine/model/sizes.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { showRun } from './runs.ts'

async function adviseRun(context: ServiceContext, run: string): Promise<Advice[]> {
  const [details, configs] = await Promise.all([showRun(context, run), context.store.models.configs()])
  const config = configs.get(details.run.model)
  // There is no advice on a run that is under way: its curves are incomplete.
  if (context.runner.isActive(details.run.id)) return []
  const evaluated = await context.store.evaluations.latest(details.run, 'tuned prompt')
  const answers = evaluated ? await context.store.evaluations.rows(evaluated.id) : []
  const smaller = await smallerRuns(context, details.run)
  return advise({ ...details, answers, smaller, parameters: config ? parameterCount(config) : Infinity })
}

/** Runs with the same settings on the same test rows, that learn from fewer rows. */
async function smallerRuns({ store }: ServiceContext, run: RunRecord): Promise<SmallerRun[]> {
  const { train, test } = await store.runs.split(run.id)
  const key = keyOf(run)
  const alike = (await store.runs.list()).filter((other) => other.id !== run.id && keyOf(other) === key)
  const found: SmallerRun[] = []
  for (const other of alike) {
    const split = await store.runs.split(other.id)
    const isSmaller = split.train.length < train.length && isDeepStrictEqual(split.test, test)
    const ended =
      isSmaller && other.state === 'finished' ? await store.evaluations.latest(other, 'tuned prompt') : undefined
    const isComing = other.state === 'queued' || other.state === 'running'
    if (isSmaller && (ended || isComing)) found.push({ train: split.train.length, tuned: ended && headlineOf(ended) })
  }
  return found
}

/** What two runs must have in common so that only their training rows can differ. */
const keyOf = ({ task, model, dataset, version, settings }: RunRecord): string =>
  JSON.stringify([task, model, dataset, version, Object.entries(settings).toSorted(([a], [b]) => a.localeCompare(b))])

export const adviseMethods: Pick<Methods, 'runs.advise'> = {
  'runs.advise': (context, { run }) => adviseRun(context, run),
}
