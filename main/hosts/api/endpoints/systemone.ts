// POST /v1/systemone: TypeSafe's System One. Named questions with typed answers about one state.
import * as v from 'valibot'
import { list, text } from '../../../contract/methods/fields.ts'
import { maxOptions, maxQuestions } from '../../../contract/methods/serving.ts'
import { decide, type Decided, expectedLevel, likeliestOf } from '../decide.ts'
import { confidenceOf, type TypedQuestion } from '../deciders.ts'
import { anyObject, entriesOf } from '../entries.ts'
import type { Failure } from '../failure.ts'
import { endpoint } from './endpoint.ts'

/** Text, or JSON that is read as it is written. */
const content = v.union([text, anyObject, v.array(v.unknown())])
type Content = v.InferOutput<typeof content>

const asked = { instructions: v.optional(v.nullable(content)) }
const described = v.nullable(content)
const noulCriteria = v.object({ true: v.optional(described), false: v.optional(described) })

const question = v.variant('type', [
  v.object({ type: v.literal('noul'), ...asked, criteria: v.optional(v.nullable(noulCriteria)) }),
  v.object({ type: v.literal('choice'), ...asked, criteria: entriesOf(described, maxOptions) }),
  v.object({ type: v.literal('score'), ...asked, criteria: list(content, maxOptions, 1) }),
])
type Question = v.InferOutput<typeof question>

const schema = v.object({
  model: v.string(),
  state: content,
  questions: entriesOf(question, maxQuestions),
})

export const systemone = endpoint({
  path: '/v1/systemone',
  schema,
  async answer({ model, state, questions }, asking) {
    const typed = questions.map(([name, one]) => typedOf(name, one))
    const { decided, usage } = await decide(asking, model, wordsOf(state), typed)
    return {
      model,
      answers: Object.fromEntries(questions.map(([name, one], i) => [name, answerOf(one, decided[i] as Decided)])),
      usage: { input_tokens: usage.input, output_tokens: 0 },
    }
  },
  failed: ({ status, code, message, field }: Failure) => ({
    status: status === 400 ? 422 : status,
    body: { detail: message, error: { code, message, ...(field === undefined ? {} : { field }) } },
  }),
})

const wordsOf = (one: Content | null | undefined): string =>
  typeof one === 'string' ? one : one === null || one === undefined ? '' : JSON.stringify(one)

function typedOf(name: string, one: Question): TypedQuestion {
  const instructions = wordsOf(one.instructions) || name
  const optionsOf = (entries: readonly (readonly [string, Content | null])[]) =>
    entries.map(([label, description]) => ({ label, description: wordsOf(description) || undefined }))
  if (one.type === 'noul') {
    const { true: yes, false: no } = one.criteria ?? {}
    const meaning = [yes && `Yes: ${wordsOf(yes)}`, no && `No: ${wordsOf(no)}`].filter(Boolean).join('\n')
    return { kind: 'yes or no', name, instructions, meaning, options: [] }
  }
  if (one.type === 'choice') return { kind: 'one of several', name, instructions, options: optionsOf(one.criteria) }
  return { kind: 'level', name, instructions, options: one.criteria.map((level) => ({ label: wordsOf(level) })) }
}

function answerOf(one: Question, { probabilities, answeredBy, unsure }: Decided) {
  const common = { type: one.type, answered_by: answeredBy, ...(unsure === undefined ? {} : { unsure }) }
  if (one.type === 'noul') return { ...common, noul: probabilities[0] ?? 0 }
  const confidence = confidenceOf(probabilities)
  if (one.type === 'choice') {
    const labels = one.criteria.map(([label]) => label)
    const choice = labels[likeliestOf(probabilities)]
    return { ...common, choice, confidence, probabilities: byKey(labels, probabilities) }
  }
  const levels = one.criteria.map((_, level) => String(level))
  return {
    ...common,
    score: expectedLevel(probabilities),
    confidence,
    legend: byKey(levels, one.criteria),
    probabilities: byKey(levels, probabilities),
  }
}

const byKey = <T>(keys: readonly string[], values: readonly T[]): Record<string, T> =>
  Object.fromEntries(keys.flatMap((key, i) => (i in values ? [[key, values[i] as T]] : [])))
