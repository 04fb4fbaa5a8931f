// YAML as programs write it, in any of its ways, is read as what was written; anything else is refused, and never hangs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readYaml, type Yaml } from '../../../main/engine/data/yaml/read.ts'

const letters = ['a', 'é', '漢', '😀', ' ', ':', '#', "'", '"', '\\', '-', '\n', '{', '&', '\t', '0', '\u2028', '\x07']
const text = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 })
const key = fc.oneof(text, fc.constantFrom('name', 'dtype', '0', '__proto__', 'a b'))
const { value } = fc.letrec<{ value: Yaml }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name }).map(Object.fromEntries),
  ),
}))

/** How a program may write: which of its ways it takes is drawn. */
interface Style {
  readonly pick: (ways: number) => number
}

const single = (said: string): string => `'${said.replaceAll("'", "''")}'`
const double = (said: string): string =>
  `"${[...said]
    .map((letter) => {
      const code = letter.codePointAt(0) ?? 0
      if (letter === '"' || letter === '\\') return `\\${letter}`
      if (letter === '\n') return '\\n'
      if (code > 0xffff) return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`
      return code < 32 || code > 126 ? `\\u${code.toString(16).padStart(4, '0')}` : letter
    })
    .join('')}"`
const isPlain = (said: string): boolean =>
  /^[^\s'"#&*!|>%@`[\]{},?:-]/.test(said) && !/[\n\t\u2028\x07]|:(?:\s|$)|\s#|\s$/.test(said)

function scalar(said: string, { pick }: Style): string {
  const ways = [
    double(said),
    ...(/[\n\t\u2028\x07]/.test(said) ? [] : [single(said)]),
    ...(isPlain(said) ? [said] : []),
  ]
  return ways[pick(ways.length)] ?? ''
}

function lines(yaml: Yaml, style: Style): string[] {
  if (yaml === null) return ['']
  if (typeof yaml === 'string') return [scalar(yaml, style)]
  if (Array.isArray(yaml)) {
    if (yaml.length === 0) return ['[]']
    return (yaml as readonly Yaml[]).flatMap((each) => {
      const [first = '', ...more] = lines(each, style)
      return [`- ${first}`, ...more.map((line) => `  ${line}`)]
    })
  }
  const entries = Object.entries(yaml)
  if (entries.length === 0) return ['{}']
  return entries.flatMap(([name, each]) => {
    const own = lines(each, style)
    const isBlock = typeof each === 'object' && !['[]', '{}', ''].includes(own[0] ?? '')
    const head = `${scalar(name, style)}:`
    if (!isBlock) return [`${head} ${own[0] ?? ''}${style.pick(4) === 0 ? '  # a note' : ''}`]
    const deep = Array.isArray(each) && style.pick(2) === 0 ? 0 : 2
    return [
      `${head}${style.pick(4) === 0 ? ' # a note' : ''}`,
      ...(style.pick(4) === 0 ? ['', '# another'] : []),
      ...own.map((line) => ' '.repeat(deep) + line),
    ]
  })
}

it('is read back, whichever way it was written', async () => {
  await fc.assert(
    fc.asyncProperty(value, fc.infiniteStream(fc.nat(1000)), async (yaml, stream) => {
      const pick = (ways: number): number => (stream.next().value ?? 0) % ways
      const source = lines(yaml, { pick }).join('\n')
      expect(await readYaml(source)).toEqual(yaml)
    }),
    { numRuns: 500 },
  )
})

it('is read or refused, whatever it is', async () => {
  const pieces = ['a', ':', ' ', '\n', '-', '  ', "'", '"', '\\', '#', '\t', '[', '{', 'names', '0', '|', '&', '\r']
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom(...pieces), maxLength: 60 }), async (source) => {
      try {
        await readYaml(source)
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }),
    { numRuns: 2000 },
  )
})

describe('a scalar over several lines', () => {
  it.each([
    ['plain', 'a: one\n  two\n\n  three # said\nb: x', 'one two\nthree'],
    ['in single quotes', "a: 'one''s\n\n  two\n  three'\nb: x", "one's\ntwo three"],
    ['in double quotes', 'a: "one\\n\n  two \\\n  \\ three"\nb: x', 'one\n two  three'],
  ])('is joined: %s', async (_, source, wanted) => {
    expect(await readYaml(source)).toEqual({ a: wanted, b: 'x' })
  })
})

it.each([
  ['a list in flow style', 'a: [1, "b"]', { a: ['1', 'b'] }],
  ['a block scalar', 'a: |\n  one\n  two\n', { a: 'one\ntwo\n' }],
  ['a tag', 'a: !!binary aGk=\nb: !own [x]', { a: 'aGk=', b: ['x'] }],
  ['a key twice', 'a: 1\nb: 2\na: 3', { a: '3', b: '2' }],
  ['numbers, dates and truth', 'a: 1.50\nb: 2026-01-01\nc: no\nd: ~', { a: '1.50', b: '2026-01-01', c: 'no', d: '~' }],
  ['nothing', 'a:\nb: 1', { a: '', b: '1' }],
])('%s is read', async (_, source, wanted) => {
  expect(await readYaml(source)).toEqual(wanted)
})

/** Ten to the power of `depth` names in a few lines. */
const laughs = (depth: number): string =>
  Array.from({ length: depth }, (_, i) => {
    const below = i === 0 ? 'lol' : `*a${String(i - 1)}`
    return `a${String(i)}: &a${String(i)} [${Array.from({ length: 10 }, () => below).join(', ')}]`
  }).join('\n')

it.each([
  ['an alias', 'a: &x 1\nb: *x'],
  ['an alias of nothing', 'a: *x'],
  ['a billion laughs', laughs(9)],
  ['an alias of itself', 'a: &a [*a]'],
  ['a list as a key', '? [a, b]\n: c'],
  ['a tab as indentation', 'a:\n\tb: 1'],
  ['a quote that does not end', "a: 'b\n  c"],
  ['an indentation that belongs to nothing', 'a: 1\n   b: 2'],
  ['a second document', 'a: 1\n---\nb: 2'],
  ['nesting without end', '['.repeat(100_000)],
])('%s is refused', async (_, source) => {
  await expect(readYaml(source)).rejects.toThrow(SyntaxError)
})

it('is read where it is long and has many keys', async () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `  '${String(i)}': label number ${String(i)}`)
  const read = (await readYaml(['names:', ...names].join('\n'))) as { readonly names: object }
  expect(Object.keys(read.names)).toHaveLength(20_000)
})

it(
  'that would keep its reader busy for long holds up nobody, and the next one is read',
  { timeout: 60_000 },
  async () => {
    // Each of these quotes is an error that the library keeps.
    const odd = readYaml('"'.repeat(1 << 20))
    const began = performance.now()
    let longest = 0
    for (let last = began; performance.now() - began < 500;) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }
    expect(longest).toBeLessThan(400)
    await expect(odd).rejects.toThrow()
    expect(await readYaml('a: 1')).toEqual({ a: '1' })
  },
)
