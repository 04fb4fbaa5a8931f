// POST /v1/classify: the label of each text by each prompt, with the probability of every label, and whether it is unsure.
import * as v from 'valibot'
import { list, text } from '../../../contract/methods/fields.ts'
import type { AskedChoice, Input } from '../../../contract/service.ts'
import { Failure } from '../failure.ts'
import { allParts } from '../parts.ts'
import { askedOf, missingName, type Offered, type Shelf } from '../shelf.ts'
import { type Asking, endpoint } from './endpoint.ts'

const some = <Item extends v.GenericSchema<string, string>>(item: Item, most: number) =>
  v.union([item, list(item, most, 1)])

const schema = v.object({
  /** One prompt or several, each of which answers; the only one that is offered where absent. */
  prompt: v.optional(some(v.pipe(v.string(), v.minLength(1), v.maxLength(1000)), 100)),
  text: some(text, 100),
  context: v.optional(text),
})

export const classify = endpoint({
  path: '/v1/classify',
  schema,
  async answer({ prompt, text: given, context }, asking) {
    const prompts = chosen(asking.shelf, prompt === undefined ? [] : [prompt].flat())
    const texts = [given].flat()
    const questions = prompts.map(askedOf)
    const answered = await allParts(asking, texts, (own, one) => ask(own, one, context, questions))
    const usage = {
      input: sum(answered.map(({ usage }) => usage.input)),
      cached: sum(answered.map(({ usage }) => usage.cached)),
    }
    asking.note({ by: prompts.map(({ name }) => name), usage })
    return {
      object: 'classification',
      answers: answered.flatMap(({ answers }, index) =>
        answers.map((answer, i) => ({ index, prompt: prompts[i]?.name, ...labelled(answer) })),
      ),
      usage: { input_tokens: usage.input, cached_tokens: usage.cached },
    }
  },
})

const ask = (
  { studio, signal }: Asking,
  one: string,
  context: string | undefined,
  questions: Input<'serving.ask'>['questions'],
) => studio.call('serving.ask', { text: one, questions, ...(context === undefined ? {} : { context }) }, { signal })

/** Error: Failure. */
function chosen(shelf: Shelf, names: readonly string[]): readonly Offered[] {
  const { prompts } = shelf
  if (names.length === 0) {
    const labelling = prompts.filter(({ labels }) => labels.length > 0)
    if (labelling.length === 1) return labelling
    throw new Failure(400, 'which_prompt', `Say which prompt answers: ${listed(labelling)}.`, { field: 'prompt' })
  }
  return names.map((name) => {
    const found = prompts.find((each) => each.name === name)
    if (found) return found
    const all = prompts.map((each) => each.name)
    throw new Failure(404, 'prompt_not_found', missingName(shelf, 'prompt', name, all), { field: 'prompt' })
  })
}

const listed = (prompts: readonly Offered[]): string =>
  prompts.length === 0 ? 'none' : prompts.map(({ name }) => name).join(', ')

/** The likeliest label first among equals, as everywhere in the studio. */
function labelled({ labels, unsure, cut }: AskedChoice) {
  const [first] = labels
  const best = labels.reduce((most, each) => (each.probability > (most?.probability ?? 0) ? each : most), first)
  return {
    ...{ label: best?.label, probability: best?.probability, probabilities: labels },
    /** Whether it is less sure than the prompt's threshold, and what it then may be: any label where none are named. */
    ...{ unsure: unsure !== undefined, ...(unsure && unsure.among.length > 0 ? { among: unsure.among } : {}) },
    /** Tokens at the text's end that were not read. */
    truncated_tokens: cut,
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
