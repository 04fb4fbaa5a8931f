// Two tasks with generated answers, whose rows are drawn at random from templates: orders as JSON, and questions about a text.
import type { Example, Split } from '../../main/contract/settings.ts'
import { createRandom, type Random } from '../../main/engine/random.ts'
import { taskOf } from '../../main/engine/task/index.ts'

const names = ['Maria', 'Jonas', 'Aylin', 'Pedro', 'Chen', 'Ruth', 'Tariq', 'Ingrid', 'Kofi', 'Noor', 'Elena', 'Sam']
const cities = [
  'Lisbon',
  'Graz',
  'Bergen',
  'Leeds',
  'Turin',
  'Ghent',
  'Malmo',
  'Porto',
  'Cork',
  'Basel',
  'Split',
  'Nantes',
]
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const goods = [
  'green tea',
  'paper',
  'blue paint',
  'candles',
  'coffee',
  'printer ink',
  'soap',
  'honey',
  'nails',
  'olive oil',
]
const units = ['boxes', 'crates', 'bags', 'cartons']
const counts: readonly (readonly [string, number])[] = [
  ...(['two', 'three', 'four', 'five', 'six', 'seven', 'nine', 'twelve'] as const).map(
    (word, i) => [word, [2, 3, 4, 5, 6, 7, 9, 12][i] ?? 0] as const,
  ),
  ...[8, 10, 15, 20, 24, 30].map((count) => [String(count), count] as const),
]

interface Order {
  readonly count: string
  readonly unit: string
  readonly item: string
  readonly name: string
  readonly city: string
  readonly day: string
}

const orders: readonly ((order: Order) => string)[] = [
  (o) => `Please send ${o.count} ${o.unit} of ${o.item} to ${o.name} in ${o.city} by ${o.day}.`,
  (o) => `${o.name} from ${o.city} called: ${o.count} ${o.unit} of ${o.item}, needed on ${o.day}.`,
  (o) => `We need ${o.item} again, ${o.count} ${o.unit}, for ${o.day}. Deliver to ${o.city}, attention ${o.name}.`,
  (o) => `By ${o.day} at the latest ${o.name} wants ${o.count} ${o.unit} of ${o.item} at the ${o.city} shop.`,
  (o) =>
    `Hello, this is ${o.name}. Could our branch in ${o.city} get ${o.count} ${o.unit} of ${o.item} on ${o.day}? Thanks!`,
  (o) => `Order for ${o.city}: ${o.item}, ${o.count} ${o.unit}. Contact is ${o.name}, delivery ${o.day}.`,
  (o) =>
    `Not next week but this ${o.day}, ${o.count} ${o.unit} of ${o.item} must reach ${o.name}, who is in ${o.city} now.`,
  (o) => `I promised ${o.name} that ${o.count} ${o.unit} of ${o.item} would be in ${o.city} before ${o.day} evening.`,
]

function order(random: Random): Omit<Example, 'row'> {
  const [word, count] = one(random, counts)
  const parts = {
    ...{ count: word, unit: one(random, units), item: one(random, goods) },
    ...{ name: one(random, names), city: one(random, cities), day: one(random, days) },
  }
  const { item, name, city, day } = parts
  return { text: one(random, orders)(parts), label: JSON.stringify({ item, count, name, city, day }) }
}

const jobs = ['a baker', 'a nurse', 'a bus driver', 'a teacher', 'a carpenter', 'a librarian', 'a cook', 'a gardener']
const pets = ['a grey cat', 'an old dog', 'two parrots', 'a rabbit', 'a turtle', 'three hens']
const hours = [
  'at six in the morning',
  'at half past seven',
  'at nine',
  'shortly before noon',
  'at four in the afternoon',
]
const places = ['by the river', 'behind the station', 'above a bakery', 'next to the harbour', 'at the edge of a park']
const hobbies = [
  'plays chess',
  'sings in a choir',
  'repairs old radios',
  'swims in the lake',
  'paints birds',
  'bakes bread',
]

/** Facts about a person: the sentence that states one in a text, and the question about it. */
const facts: readonly {
  readonly answers: readonly string[]
  readonly sentence: (name: string, answer: string) => string
  readonly question: (name: string) => string
}[] = [
  {
    answers: jobs,
    sentence: (n, a) => `${n} has worked as ${a} for many years.`,
    question: (n) => `What is ${n}’s job?`,
  },
  { answers: pets, sentence: (n, a) => `At home ${n} keeps ${a}.`, question: (n) => `Which animals live with ${n}?` },
  {
    answers: hours,
    sentence: (n, a) => `The working day of ${n} begins ${a}.`,
    question: (n) => `When does ${n} start work?`,
  },
  {
    answers: places,
    sentence: (n, a) => `${n} rents a small flat ${a}.`,
    question: (n) => `Where is the home of ${n}?`,
  },
  {
    answers: hobbies,
    sentence: (n, a) => `On Sundays ${n} usually ${a}.`,
    question: (n) => `What does ${n} do on Sundays?`,
  },
  {
    answers: cities,
    sentence: (n, a) => `${n} grew up in ${a}.`,
    question: (n) => `Where did ${n} spend the childhood?`,
  },
]

/** Two people, three facts about each in random order, so that the text also holds the same fact about the other person. */
function question(random: Random): Omit<Example, 'row'> {
  const people = random.shuffle(names).slice(0, 2)
  const chosen = random.shuffle(facts).slice(0, 3)
  const sentences = people.flatMap((name) => chosen.map((fact) => ({ name, fact, answer: one(random, fact.answers) })))
  const { name, fact, answer } = one(random, sentences)
  const context = random
    .shuffle(sentences)
    .map((each) => each.fact.sentence(each.name, each.answer))
    .join(' ')
  return { text: taskOf({ task: 'answering' }).textOf(fact.question(name), context), label: answer }
}

const one = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)] as T

const makers = { orders: order, questions: question } as const

/** 240 training rows, 40 for validation and 120 for testing; no text occurs twice. */
export function generatedSplit(kind: keyof typeof makers): Split {
  const random = createRandom(11)
  const found = new Map<string, Example>()
  while (found.size < 400) {
    const { text, label } = makers[kind](random)
    if (!found.has(text)) found.set(text, { row: found.size, text, label })
  }
  const rows = [...found.values()]
  return { train: rows.slice(0, 240), validation: rows.slice(240, 280), test: rows.slice(280) }
}
