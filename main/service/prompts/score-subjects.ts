// Lets subjects answer labelled rows in the compute process: tuned prompts, the base model alone, a hand-written prompt.
import type { Evaluation, ScoreSubject, TunedPrompt } from '../../contract/compute.ts'
import { isUnsure } from '../../contract/calibration.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { LabelAnswer, LabelProbability, Unsure } from '../../contract/service.ts'
import type { Example } from '../../contract/settings.ts'
import { labelSet } from '../../engine/calibrate/conformal.ts'
import { tempered } from '../../engine/calibrate/scores.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { serveJob } from '../compute/serving.ts'
import { sealedModel } from '../runs/material.ts'

/** A subject, and the number of the model with which it answers. */
export interface Answering extends ScoreSubject {
  readonly model: number
}

interface Rows {
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
}

/**
 * An evaluation of each subject, in their order. Those of one precision of a model share one reading of the texts
 * where their placement allows it. Errors: those of `serveJob`.
 */
export async function scoreSubjects(
  context: ServiceContext,
  call: CallContext,
  { labels, examples }: Rows,
  subjects: readonly Answering[],
): Promise<Evaluation[]> {
  const { store, threads } = context
  const found = new Map<Answering, Evaluation>()
  const together = ({ model, settings }: Answering): string => JSON.stringify([model, settings.precision])
  for (const some of Map.groupBy(subjects, together).values()) {
    const [{ model: id, settings }] = some as [Answering]
    const model = await sealedModel(store, id)
    const asked = some.map(({ prompt, settings }): ScoreSubject => ({ prompt, settings }))
    const job = { kind: 'score' as const, model, settings, subjects: asked, labels, examples, threads }
    const evaluations: Evaluation[] = []
    await serveJob(context, call, job, (event) => {
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
  likeliestFirst(inOrder(labels, logProbabilities))

const inOrder = (labels: readonly string[], logProbabilities: readonly number[]): LabelProbability[] =>
  labels.map((label, i) => ({ label, probability: Math.exp(logProbabilities[i] ?? -Infinity) }))

const likeliestFirst = (labels: readonly LabelProbability[]): LabelProbability[] =>
  labels.toSorted((a, b) => b.probability - a.probability)

/** The answer among labels by their log-probabilities, as the prompt's calibration has it. */
export function labelAnswer(
  labels: readonly string[],
  logProbabilities: readonly number[],
  prompt: TunedPrompt | undefined,
): LabelAnswer {
  const answer = answerInOrder(labels, logProbabilities, prompt)
  return { ...answer, labels: likeliestFirst(answer.labels) }
}

/** The same with the labels in their own order. */
export function answerInOrder(
  labels: readonly string[],
  logProbabilities: readonly number[],
  prompt: TunedPrompt | undefined,
): LabelAnswer {
  const own = calibrated(logProbabilities, prompt)
  const found = inOrder(labels, own)
  const { threshold } = prompt?.calibration ?? {}
  const surest = Math.max(0, ...found.map(({ probability }) => probability))
  if (!threshold || !isUnsure(prompt?.calibration, surest)) return { labels: found }
  return { labels: found, unsure: unsureAmong(labels, labelSet(own, threshold.among), threshold.confidence) }
}

/** `set`: the labels that the answer may be, by index. */
export const unsureAmong = (labels: readonly string[], set: readonly number[], threshold: number): Unsure => ({
  threshold,
  among: set.length === labels.length ? [] : set.flatMap((label) => labels[label] ?? []),
})

/** The log-probabilities as a prompt's calibration has them. */
export const calibrated = (logProbabilities: readonly number[], prompt: TunedPrompt | undefined): readonly number[] =>
  tempered(logProbabilities, prompt?.calibration?.temperature ?? 1)
