// Objects whose keys a caller chooses.
import * as v from 'valibot'

export const anyObject = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'this must be an object',
)

/** The entries of an object with 1 to `most` keys. Valibot's own record leaves out keys such as "constructor". */
export const entriesOf = <Item extends v.GenericSchema>(item: Item, most: number) =>
  v.pipe(
    anyObject,
    v.check((all) => Object.keys(all).length <= most, `this has at most ${String(most)} entries`),
    v.check((all) => Object.keys(all).length > 0, 'this has one entry at least'),
    v.check((all) => !Object.keys(all).includes(''), 'each name here has a character at least'),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const entries: (readonly [key: string, value: v.InferOutput<Item>])[] = []
      for (const [key, value] of Object.entries(dataset.value)) {
        const { success, output, issues } = v.safeParse(item, value, { abortEarly: true })
        if (success) entries.push([key, output])
        else {
          const [{ message, path = [] }] = issues
          addIssue({ message, path: [{ type: 'object', origin: 'value', input: dataset.value, key, value }, ...path] })
          return NEVER
        }
      }
      return entries
    }),
  )
