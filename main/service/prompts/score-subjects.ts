// Lets subjects answer labelled rows in the compute process: tuned prompts, the base model alone, a hand-written prompt.
import type { Evaluation, ScoreSubject } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { LabelProbability } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { serveJob } from '../compute/serving.ts'
import { sealedModel } from '../runs/material.ts'

interface Rows {
  /** Number of the base model. */
  readonly model: number
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
}

/**
 * An evaluation of each subject, in their order. Those of one precision of the base model share one reading of the texts
 * where their placement allows it. Errors: those of `serveJob`.
 */
export async function scoreSubjects(
  context: ServiceContext,
  call: CallContext,
  { model, labels, examples }: Rows,
  subjects: readonly ScoreSubject[],
): Promise<Evaluation[]> {
  const { store, threads } = context
  const rows = { kind: 'score' as const, model: await sealedModel(store, model), labels, examples, threads }
  const found = new Map<ScoreSubject, Evaluation>()
  for (const some of Map.groupBy(subjects, ({ settings }) => settings.precision).values()) {
    const [{ settings }] = some as [ScoreSubject]
    const evaluations: Evaluation[] = []
    await serveJob(context, call, { ...rows, settings, subjects: some }, (event) => {
      if (event.event === 'evaluation') evaluations.push(event.evaluation)
    })
    for (const [i, subject] of some.entries()) {
      const own = evaluations[i]
      if (!own) throw studioError('run/failed', 'compute sent too few evaluations')
      found.set(subject, own)
    }
  }
  return subjects.flatMap((subject) => found.get(subject) ?? [])
}

/** Labels with the probabilities of their logarithms, the likeliest first. */
export const likeliest = (labels: readonly string[], logProbabilities: readonly number[]): LabelProbability[] =>
  labels
    .map((label, i) => ({ label, probability: Math.exp(logProbabilities[i] ?? -Infinity) }))
    .sort((a, b) => b.probability - a.probability)
