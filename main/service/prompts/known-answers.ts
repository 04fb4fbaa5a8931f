// What a prompt answers to a few texts of our own: it goes with its file, and is asked again where that is opened.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { KnownAnswer } from '../../engine/export/bundle-manifest.ts'
import { isChosen } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { serveForEvent } from '../compute/serving.ts'
import { sealedModel } from '../runs/material.ts'

/** Of nobody's data. */
const texts = [
  'Hello, and thank you for your help.',
  'It has not arrived yet, and nobody can tell me where it is.',
  'Where can I read more about how this works?',
]

/** Another processor, or weights kept in another precision, move a probability by less. */
const tolerance = 0.05

export async function knownAnswers(
  context: ServiceContext,
  call: CallContext,
  model: number,
  prompt: TunedPrompt,
): Promise<readonly KnownAnswer[]> {
  const { labels, settings } = prompt
  // What is written word by word differs on another processor without anything being wrong.
  if (!isChosen(settings)) return []
  const examples = texts.map((text, row) => ({ row, text, label: labels[0] ?? '' }))
  const sealed = await sealedModel(context.store, model)
  const job = { kind: 'score' as const, model: sealed, prompt, settings, labels, examples, threads: context.threads }
  const { evaluation } = await serveForEvent(context, call, job, 'evaluation')
  const found = new Map(evaluation.rows.map(({ row, logProbabilities }) => [row, logProbabilities]))
  return texts.map((text, row) => ({ text, probabilities: (found.get(row) ?? []).map(Math.exp) }))
}

/** Whether the answers in a file are those that are given here; texts that only one of the two knows do not count. */
export const agree = (stored: readonly KnownAnswer[], given: readonly KnownAnswer[]): boolean =>
  stored.every(({ text, probabilities }) => {
    const here = given.find((each) => each.text === text)?.probabilities
    return here === undefined || probabilities.every((value, i) => Math.abs(value - (here[i] ?? NaN)) <= tolerance)
  })
