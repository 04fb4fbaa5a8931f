// Methods runs.verdict, metrics, confusion, answers, flips and report: computed by workers, since they read all answers.
import type { Methods } from '../context.ts'

type Compared = `runs.${'verdict' | 'metrics' | 'confusion' | 'answers' | 'flips' | 'report'}`

export const compareMethods: Pick<Methods, Compared> = {
  'runs.verdict': ({ workers }, input, { signal }) => workers.run('verdict', input, signal),
  'runs.metrics': ({ workers }, input, { signal }) => workers.run('metrics', input, signal),
  'runs.confusion': ({ workers }, input, { signal }) => workers.run('confusion', input, signal),
  'runs.answers': ({ workers }, input, { signal }) => workers.run('answers', input, signal),
  'runs.flips': ({ workers }, input, { signal }) => workers.run('flips', input, signal),
  'runs.report': ({ workers }, input, { signal }) => workers.run('report', input, signal),
}
