// Follows a run to its end and says how it ended.
import { StudioError } from '../../contract/errors/index.ts'
import { byFigure, ownEvaluations, type RunRecord } from '../../contract/records.ts'
import type { RunDetails, StudioEvent } from '../../contract/service.ts'
import { goOnWith, quoted } from './hints.ts'
import type { Session } from './host.ts'
import { Interrupted } from './interrupted.ts'
import { stoppable } from './stoppable.ts'
import { describeEvaluation } from './words.ts'

/** Reports on the run until it ends; ctrl-C stops it and keeps a checkpoint. Gives the finished run. Errors: the run's own. */
export async function follow(session: Session, { name, settings }: RunRecord): Promise<RunDetails> {
  const { studio, output } = session
  const stopping = {
    sentence: 'Stopping after this step and keeping a checkpoint. Press Ctrl-C again to end at once.',
    stop: () => studio.call('runs.stop', { run: name }),
  }
  const onEvent = (event: StudioEvent): void => {
    output.event(event, settings.steps)
  }
  const run = await stoppable(session, stopping, () => studio.call('runs.watch', { run: name }, { onEvent }))
  if (run.state === 'finished') return studio.call('runs.show', { run: name })
  if (run.state !== 'stopped') {
    const why = run.error ?? `Run "${name}" has ended: ${run.state}.`
    throw new StudioError('run/ended', run.state === 'interrupted' ? `${why} ${goOnWith(name)}` : why)
  }
  const { checkpoint } = await studio.call('runs.show', { run: name })
  const reached = checkpoint === undefined ? 'before its first step' : `at step ${String(checkpoint)}`
  output.result({ run: name, state: run.state, checkpoint: checkpoint ?? null }, [
    `Run "${name}" has stopped ${reached}. ${goOnWith(name)}`,
  ])
  throw new Interrupted()
}

/** Reports a finished run's evaluations and its verdict, for both kinds of output. */
export async function sayFinished({ studio, output }: Session, { run, evaluations }: RunDetails): Promise<void> {
  const { name, state } = run
  const own = ownEvaluations(run, evaluations)
  const brief = byFigure(own, ({ headline, metrics, rows }) => ({ headline, metrics, rows }))
  const verdict = await studio.call('runs.verdict', { run: name })
  output.result({ run: name, state, ...brief, verdict }, [
    `Run "${name}" is finished.`,
    ...own.map(describeEvaluation),
    verdict.sentence,
    ...(verdict.judges === undefined ? [] : [verdict.judges]),
    ...(verdict.remark === undefined ? [] : [verdict.remark]),
    `Export the prompt with: softprompt export ${quoted(name)} --to peft DIR`,
  ])
}
