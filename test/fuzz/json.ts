// JSON in any arrangement, strict or not, then broken: a table or a typed sentence; whole files come back whole.
import fc from 'fast-check'
import { readBytes } from './read-bytes.ts'
import type { FuzzProperty } from './property.ts'

const value = fc.oneof(
  fc
    .string({ unit: 'grapheme', maxLength: 10 })
    .map((text) => text.toWellFormed().replaceAll('\0', '').replaceAll('\ufffd', '')),
  fc.integer(),
)
const object = fc.record({ text: value, label: value })
const arrange = fc.constantFrom<readonly [string, (objects: readonly object[]) => string]>(
  ['lines', (objects) => objects.map((one) => JSON.stringify(one)).join('\n')],
  ['lines with commas', (objects) => objects.map((one) => `${JSON.stringify(one)},`).join('\n')],
  ['objects over several lines', (objects) => objects.map((one) => JSON.stringify(one, null, 2)).join('\n')],
  ['list', (objects) => JSON.stringify(objects)],
  ['list over several lines', (objects) => JSON.stringify(objects, null, 1)],
  ['list in an object', (objects) => JSON.stringify({ version: 1, data: objects })],
)

interface Case {
  readonly objects: readonly { readonly text: string | number; readonly label: string | number }[]
  readonly arrangement: readonly [string, (objects: readonly object[]) => string]
  readonly name: string
}

const whole: fc.Arbitrary<Case> = fc.record({
  objects: fc.array(object, { minLength: 1, maxLength: 8 }),
  arrangement: arrange,
  name: fc.constantFrom('f.json', 'f.jsonl'),
})

export const jsonRoundTrip: FuzzProperty<Case> = {
  name: 'JSON comes back as it was written, however it is arranged',
  cases: whole,
  async check({ objects, arrangement: [, write], name }) {
    const read = await readBytes(name, Buffer.from(write(objects)))
    const cells = read?.rows.map((row) => row.cells)
    const wanted = objects.map(({ text, label }) => [String(text), String(label)])
    if (JSON.stringify(cells) !== JSON.stringify(wanted)) throw new Error(`Read ${JSON.stringify(cells)}`)
  },
}

interface Damaged extends Case {
  readonly changes: readonly (readonly [number, string])[]
}

export const jsonDamage: FuzzProperty<Damaged> = {
  name: 'damaged JSON is read or refused in a sentence',
  cases: fc
    .tuple(
      whole,
      fc.array(fc.tuple(fc.nat(400), fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\n', "'", '/', '')), {
        maxLength: 5,
      }),
    )
    .map(([one, changes]) => ({ ...one, changes })),
  async check({ objects, arrangement: [, write], name, changes }) {
    const characters = write(objects).split('')
    for (const [at, character] of changes) characters[at % characters.length] = character
    const read = await readBytes(name, Buffer.from(characters.join('')))
    if (read && read.rows.length + read.skipped.length === 0) throw new Error('Neither rows nor reasons')
  },
}
