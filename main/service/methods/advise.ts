// Method runs.advise: gathers what is stored about a run for the advisor.
import type { Advice } from '../../contract/service.ts'
import { advise } from '../../engine/advise/index.ts'
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
  return advise({ ...details, answers, parameters: config ? parameterCount(config) : Infinity })
}

export const adviseMethods: Pick<Methods, 'runs.advise'> = {
  'runs.advise': (context, { run }) => adviseRun(context, run),
}
