// A prompt's answers to fixed texts: a prompt file carries them, and the studio that opens it compares its own.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { KnownAnswer } from '../../engine/export/bundle-manifest.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { scoreSubjects } from './score-subjects.ts'

/** Made up, so that no file carries a row of anybody's data. */
const usualTexts = [
  'Hello, and thank you for your help.',
  'It has not arrived yet, and nobody can tell me where it is.',
  'Where can I read more about how this works?',
]

/** Largest difference of a probability: another processor or precision of the weights changes it by less. */
const tolerance = 0.05

export async function knownAnswers(
  context: ServiceContext,
  call: CallContext,
  model: number,
  prompt: TunedPrompt,
  texts: readonly string[] = usualTexts,
): Promise<readonly KnownAnswer[]> {
  const { labels, settings } = prompt
  // Generated text may differ on another processor without anything being wrong, so only label probabilities are compared.
  if (!scoresLabels(settings) || texts.length === 0) return []
  const examples = texts.map((text, row) => ({ row, text, label: labels[0] ?? '' }))
  const [evaluation] = await scoreSubjects(context, call, { labels, examples }, [{ model, prompt, settings }])
  const found = new Map(evaluation?.rows.map(({ row, logProbabilities }) => [row, logProbabilities]))
  return texts.map((text, row) => ({ text, probabilities: (found.get(row) ?? []).map(Math.exp) }))
}

/** Whether the answers in a file agree with those computed here for the same texts, in the same order. */
export const agree = (stored: readonly KnownAnswer[], here: readonly KnownAnswer[]): boolean =>
  stored.every(({ probabilities }, at) =>
    probabilities.every((value, i) => Math.abs(value - (here[at]?.probabilities[i] ?? NaN)) <= tolerance),
  )
