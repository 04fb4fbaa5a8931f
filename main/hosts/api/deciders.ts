// Who answers a typed question: the tuned prompt that it names or describes, or else the base model in words.
import type { AskedChoice, AskedQuestion } from '../../contract/service.ts'
import { askedOf, type Offered, type Shelf } from './shelf.ts'

/** A question as all formats have it. */
export interface TypedQuestion {
  readonly kind: 'yes or no' | 'one of several' | 'level'
  readonly name: string | undefined
  readonly instructions: string
  /** What its answers mean, for a model that is asked in words. */
  readonly meaning?: string
  /** Of the last two: in the order in which they are answered. */
  readonly options: readonly { readonly label: string; readonly description?: string | undefined }[]
}

export interface Decider {
  readonly asked: AskedQuestion
  /** In the API's answers. */
  readonly answeredBy: { readonly prompt: string } | { readonly model: string }
  /** The question's options, with the label that stands for each. */
  readonly labels: readonly string[]
}

/** Pairs of labels that say yes and no. */
const pairs: readonly (readonly [yes: string, no: string])[] = [
  ['yes', 'no'],
  ['true', 'false'],
  ['1', '0'],
  ['y', 'n'],
]

/** `named`: what the request calls its model, which may be a prompt. */
export function deciderOf(shelf: Shelf, named: string, question: TypedQuestion): Decider {
  const { prompts } = shelf
  const known = [question.name, question.instructions].flatMap((text) => {
    const word = plain(text ?? '')
    return word === '' ? [] : prompts.filter((prompt) => namesOf(prompt).includes(word))
  })
  const candidates = [...known, ...prompts.filter(({ name }) => plain(name) === plain(named))]
  for (const prompt of candidates) {
    const labels = labelsIn(prompt, question)
    if (labels) return { asked: askedOf(prompt), answeredBy: { prompt: prompt.name }, labels }
  }
  const options = question.kind === 'yes or no' ? [{ label: 'yes' }, { label: 'no' }] : question.options
  const instructions = [question.instructions, question.meaning].filter(Boolean).join('\n')
  const model = baseOf(shelf, named)
  return {
    asked: {
      ...{ by: 'written', model, instructions },
      options: options.map(({ label, description }) => ({ label, ...(description ? { description } : {}) })),
    },
    answeredBy: { model },
    labels: options.map(({ label }) => label),
  }
}

/** The base model that a request names, or whose prompt it names. */
const baseOf = ({ prompts }: Shelf, named: string): string =>
  prompts.find(({ name }) => name === named)?.modelName ?? named

/** What a prompt is called, what it is for, and what it is told to do. */
const namesOf = ({ name, purpose, settings }: Offered): string[] =>
  [name, purpose, settings.template.instruction].map(plain)

const plain = (text: string): string => text.trim().toLowerCase()

/** The prompt's labels that stand for the question's options; undefined where some has none. */
function labelsIn(prompt: Offered, { kind, options }: TypedQuestion): readonly string[] | undefined {
  const own = new Map(prompt.labels.map((label) => [plain(label), label]))
  if (kind === 'yes or no') {
    const pair = prompt.labels.length === 2 ? pairs.find((each) => each.every((label) => own.has(label))) : undefined
    return pair?.map((label) => own.get(label) ?? '')
  }
  const labels = options.flatMap(({ label }) => own.get(plain(label)) ?? [])
  return labels.length === options.length && new Set(labels).size === labels.length ? labels : undefined
}

/** The probabilities of a question's options among themselves, in their order. */
export function probabilitiesOf({ labels }: Decider, answer: AskedChoice): number[] {
  const own = new Map(answer.labels.map(({ label, probability }) => [label, probability]))
  const values = labels.map((label) => own.get(label) ?? 0)
  const sum = values.reduce((total, value) => total + value, 0)
  return values.map((value) => (sum > 0 ? value / sum : 1 / values.length))
}

/** How far the likeliest of k options is above chance: 0 where all are equally likely, 1 where it is certain. */
export function confidenceOf(probabilities: readonly number[]): number {
  const chance = 1 / probabilities.length
  return probabilities.length < 2 ? 1 : Math.max(0, (Math.max(...probabilities) - chance) / (1 - chance))
}
