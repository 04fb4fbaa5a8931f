// POST /v1/decisions: OpenAI's Decisions. Questions with typed answers about one input, each with its probability.
import * as v from 'valibot'
import { list, text } from '../../../contract/methods/fields.ts'
import { maxOptions, maxQuestions } from '../../../contract/methods/serving.ts'
import { decide, type Decided, expectedLevel, likeliestOf } from '../decide.ts'
import { confidenceOf, type TypedQuestion } from '../deciders.ts'
import { endpoint } from './endpoint.ts'

const part = v.variant('type', [
  v.object({ type: v.literal('input_text'), text }),
  v.object({ type: v.literal('json'), json: v.unknown() }),
])
const message = v.object({
  role: v.picklist(['user', 'developer', 'system', 'assistant']),
  content: v.union([text, list(part, 1000)]),
})

const named = {
  instructions: v.pipe(text, v.minLength(1)),
  name: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(1000)))),
}
const described = { description: v.optional(v.nullable(text)) }
const choice = v.object({ value: v.union([v.pipe(text, v.minLength(1)), v.boolean()]), ...described })
const level = v.object({ label: v.pipe(text, v.minLength(1)), ...described })

const question = v.variant('type', [
  v.object({ type: v.literal('predicate'), ...named }),
  v.object({ type: v.literal('choice'), ...named, choices: list(choice, maxOptions, 2) }),
  v.object({ type: v.literal('score'), ...named, levels: list(level, maxOptions, 2) }),
])
type Question = v.InferOutput<typeof question>

const schema = v.object({
  model: v.string(),
  input: v.union([text, list(message, 1000, 1)]),
  questions: list(question, maxQuestions, 1),
})

export const decisions = endpoint({
  path: '/v1/decisions',
  schema,
  async answer({ model, input, questions }, asking) {
    const { decided, usage } = await decide(asking, model, textOf(input), questions.map(typed))
    return {
      model,
      answers: questions.map((one, i) => answerOf(one, decided[i] as Decided)),
      usage: {
        input_tokens: usage.input,
        input_tokens_details: { cached_tokens: usage.cached, cache_write_tokens: 0 },
        output_tokens: 0,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: usage.input,
      },
    }
  },
})

/** A single message of a user is its own text; several are told apart by who says them. */
function textOf(input: v.InferOutput<typeof schema>['input']): string {
  if (typeof input === 'string') return input
  const texts = input.map(({ role, content }) => {
    const parts = typeof content === 'string' ? [content] : content.map(partText)
    return { role, said: parts.join('\n') }
  })
  const [only, another] = texts
  if (only?.role === 'user' && !another) return only.said
  return texts.map(({ role, said }) => `${role}: ${said}`).join('\n')
}

const partText = (one: v.InferOutput<typeof part>): string =>
  one.type === 'input_text' ? one.text : JSON.stringify(one.json)

function typed(one: Question): TypedQuestion {
  const { instructions, name } = one
  const common = { name: name ?? undefined, instructions }
  if (one.type === 'predicate') return { kind: 'yes or no', ...common, options: [] }
  const options =
    one.type === 'choice'
      ? one.choices.map(({ value, description }) => ({ label: String(value), description: description ?? undefined }))
      : one.levels.map(({ label, description }) => ({ label, description: description ?? undefined }))
  return { kind: one.type === 'choice' ? 'one of several' : 'level', ...common, options }
}

function answerOf(one: Question, { probabilities, answeredBy, unsure }: Decided) {
  const common = {
    type: one.type,
    name: one.name ?? null,
    answered_by: answeredBy,
    ...(unsure === undefined ? {} : { unsure }),
  }
  if (one.type === 'predicate') return { ...common, probability: probabilities[0] ?? 0 }
  const confidence = confidenceOf(probabilities)
  const probability = (i: number): number => probabilities[i] ?? 0
  return one.type === 'choice'
    ? {
        ...common,
        choice: one.choices[likeliestOf(probabilities)]?.value,
        confidence,
        probabilities: one.choices.map(({ value }, i) => ({ value, probability: probability(i) })),
      }
    : {
        ...common,
        score: expectedLevel(probabilities),
        confidence,
        probabilities: one.levels.map(({ label }, value) => ({ label, value, probability: probability(value) })),
      }
}
