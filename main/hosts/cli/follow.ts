// Follows a run to its end and says how it ended.
import { StudioError } from '../../contract/errors/index.ts'
import type { EvaluationRecord, RunRecord } from '../../contract/records.ts'
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

/** The latest evaluation of each kind on the run's own test set. */
export function figures({
  run,
  evaluations,
}: RunDetails): Readonly<Record<'noPrompt' | 'handWritten' | 'tuned', EvaluationRecord | undefined>> {
  const own = evaluations.filter(({ dataset, version }) => dataset === run.dataset && version === run.version)
  return {
    noPrompt: own.findLast(({ subject }) => subject === 'no prompt'),
    handWritten: own.findLast(({ subject }) => subject === 'hand-written prompt'),
    tuned: own.findLast(({ subject }) => subject === 'tuned prompt'),
  }
}

/** Reports a finished run's evaluations, for both kinds of output. */
export function sayFinished({ output }: Session, details: RunDetails): void {
  const { name, state } = details.run
  const { noPrompt, handWritten, tuned } = figures(details)
  const brief = (e: EvaluationRecord | undefined) => e && { headline: e.headline, metrics: e.metrics, rows: e.rows }
  output.result({ run: name, state, noPrompt: brief(noPrompt), handWritten: brief(handWritten), tuned: brief(tuned) }, [
    `Run "${name}" is finished.`,
    ...[noPrompt, handWritten, tuned].flatMap((e) => (e ? [describeEvaluation(e)] : [])),
    `Export the prompt with: softprompt export ${quoted(name)} --to peft DIR`,
  ])
}
