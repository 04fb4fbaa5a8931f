// Methods committees.*: several tuned prompts answer as one.
import type { CommitteeFigures, Input } from '../../contract/service.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { classifyTogether } from '../prompts/committee.ts'
import { scoreRuns } from '../prompts/score-runs.ts'
import { committeeRuns } from '../runs/committee.ts'

async function score(
  context: ServiceContext,
  { runs: names, ...source }: Input<'committees.score'>,
  call: CallContext,
): Promise<CommitteeFigures> {
  const { store, workers } = context
  const { runs } = await committeeRuns(store, names)
  await scoreRuns(context, call, runs, source)
  const { task = 'classification' } = runs[0].settings
  return workers.run('committee', { runs: runs.map(({ name }) => name), on: { ...source, task } }, call.signal)
}

export const committeeMethods: Pick<Methods, `committees.${'figures' | 'score' | 'classify'}`> = {
  'committees.figures': ({ workers }, input, { signal }) => workers.run('committee', input, signal),
  'committees.score': score,
  'committees.classify': classifyTogether,
}
