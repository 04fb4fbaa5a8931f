// Answers typed questions about one text: all of them by one call, so that the text is read once.
import { type Decider, deciderOf, probabilitiesOf, type TypedQuestion } from './deciders.ts'
import type { Asking } from './endpoints/endpoint.ts'
import { Failure } from './failure.ts'
import { missingName, type Shelf } from './shelf.ts'

export interface Decided {
  readonly answeredBy: Decider['answeredBy']
  /** Whether the prompt leaves the answer to a person; undefined of a base model. */
  readonly unsure?: boolean
  /** Of yes and no, or of the question's options in their order. */
  readonly probabilities: readonly number[]
}

/** `named`: what the request calls its model: a base model, or a prompt. Error: Failure. */
export async function decide(
  { studio, shelf, signal, note }: Asking,
  named: string,
  text: string,
  questions: readonly TypedQuestion[],
) {
  refuseUnknown(shelf, named)
  const deciders = questions.map((question) => deciderOf(shelf, named, question))
  const asked = deciders.map((decider) => decider.asked)
  const { answers, usage } = await studio.call('serving.ask', { text, questions: asked }, { signal })
  const by = deciders.map(({ answeredBy }) => ('prompt' in answeredBy ? answeredBy.prompt : answeredBy.model))
  note({ by: [...new Set(by)], usage })
  const decided = deciders.map((decider, i): Decided => {
    const { answeredBy } = decider
    const answer = answers[i] ?? { labels: [], cut: 0 }
    const unsure = 'prompt' in answeredBy ? { unsure: answer.unsure !== undefined } : {}
    return { answeredBy, ...unsure, probabilities: probabilitiesOf(decider, answer) }
  })
  return { decided, usage }
}

/** Error: Failure, where neither a base model nor a prompt is called so. */
export function refuseUnknown(shelf: Shelf, named: string): void {
  const names = [...shelf.models, ...shelf.prompts].map(({ name }) => name)
  if (names.includes(named)) return
  throw new Failure(404, 'model_not_found', missingName(shelf, 'model', named, names), { field: 'model' })
}

/** Index of the likeliest option; the first one among equals. */
export const likeliestOf = (probabilities: readonly number[]): number =>
  probabilities.reduce((most, value, i) => (value > (probabilities[most] ?? 0) ? i : most), 0)

/** The mean level by its probability, counted from 0. */
export const expectedLevel = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, value, level) => sum + value * level, 0)
