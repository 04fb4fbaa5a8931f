// Two tasks whose answers are written, made by chance from words of our own: orders as JSON, and questions about a text.
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
  const words = {
    ...{ count: word, unit: one(random, units), item: one(random, goods) },
    ...{ name: one(random, names), city: one(random, cities), day: one(random, days) },
  }
  const { item, name, city, day } = words
  return { text: one(random, orders)(words), label: JSON.stringify({ item, count, name, city, day }) }
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

/** What a text may tell of a person, and what may be asked of it. */
const facts: readonly {
  readonly answers: readonly string[]
  readonly tells: (name: string, answer: string) => string
  readonly asks: (name: string) => string
}[] = [
  { answers: jobs, tells: (n, a) => `${n} has worked as ${a} for many years.`, asks: (n) => `What is ${n}’s job?` },
  { answers: pets, tells: (n, a) => `At home ${n} keeps ${a}.`, asks: (n) => `Which animals live with ${n}?` },
  {
    answers: hours,
    tells: (n, a) => `The working day of ${n} begins ${a}.`,
    asks: (n) => `When does ${n} start work?`,
  },
  { answers: places, tells: (n, a) => `${n} rents a small flat ${a}.`, asks: (n) => `Where is the home of ${n}?` },
  { answers: hobbies, tells: (n, a) => `On Sundays ${n} usually ${a}.`, asks: (n) => `What does ${n} do on Sundays?` },
  { answers: cities, tells: (n, a) => `${n} grew up in ${a}.`, asks: (n) => `Where did ${n} spend the childhood?` },
]

/** Two people, three facts of each in any order: the answer stands beside the other person's. */
function question(random: Random): Omit<Example, 'row'> {
  const people = random.shuffle(names).slice(0, 2)
  const told = random.shuffle(facts).slice(0, 3)
  const sentences = people.flatMap((name) => told.map((fact) => ({ name, fact, answer: one(random, fact.answers) })))
  const { name, fact, answer } = one(random, sentences)
  const context = random
    .shuffle(sentences)
    .map((each) => each.fact.tells(each.name, each.answer))
    .join(' ')
  return { text: taskOf({ task: 'answering' }).textOf(fact.asks(name), context), label: answer }
}

const one = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)] as T

const makers = { orders: order, questions: question } as const

/** 240 rows to learn from, 40 to stop by, 120 held out; no text stands in two of them. */
export function writtenSplit(kind: keyof typeof makers): Split {
  const random = createRandom(11)
  const found = new Map<string, Example>()
  while (found.size < 400) {
    const { text, label } = makers[kind](random)
    if (!found.has(text)) found.set(text, { row: found.size, text, label })
  }
  const rows = [...found.values()]
  return { train: rows.slice(0, 240), validation: rows.slice(240, 280), test: rows.slice(280) }
}
