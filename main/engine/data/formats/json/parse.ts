// Parses JSON: strictly where it is strict, else with what people and Python write beside it. Numbers keep their digits.

export interface ParsedJson {
  readonly value: unknown
  /** Whether the text was not strict JSON. */
  readonly mended: boolean
}

/** Undefined where the text is no JSON even with some goodwill. Error: RangeError where it is nested too deeply. */
export function parseJson(text: string): ParsedJson | undefined {
  try {
    return { value: strict(text), mended: false }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  try {
    return { value: strict(toStrict(text)), mended: true }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** Numbers that JavaScript would write otherwise. */
const delicate = /\d{16}|\d\.\d|\d[eE]/

/** A number as it stands in its file; JSON.stringify writes it so. */
interface RawNumber {
  readonly rawJSON: string
}

const { parse, rawJSON } = JSON as unknown as {
  readonly parse: (
    text: string,
    reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
  ) => unknown
  readonly rawJSON: (text: string) => RawNumber
}

const strict = (text: string): unknown =>
  delicate.test(text)
    ? parse(text, (_key, value, context) =>
        typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
          ? rawJSON(context.source)
          : value,
      )
    : (JSON.parse(text) as unknown)

const tokens =
  /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|[+-]?\bInfinity\b|[\p{L}_$][\p{L}\p{N}_$]*(?=\s*:)|[A-Za-z]+/gu
const commas = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|,(?=\s*(?:[\]}]|$))/g

/** Literals of JavaScript and Python; a number that is none is an empty value. */
const literals: Readonly<Record<string, string>> = {
  true: 'true',
  True: 'true',
  false: 'false',
  False: 'false',
  null: 'null',
  None: 'null',
  undefined: 'null',
  NaN: 'null',
  nan: 'null',
}

/** Without comments and last commas; with quoted keys, double quotes, and no literals that JSON lacks. */
function toStrict(text: string): string {
  const plain = text.replace(tokens, (token, at: number) => {
    if (token.startsWith('"'))
      return token.replace(/[\u0000-\u001f]/g, (control) => JSON.stringify(control).slice(1, -1))
    if (token.startsWith("'")) return doubleQuoted(token.slice(1, -1))
    if (token.startsWith('/')) return ' '
    if (token.endsWith('Infinity')) return 'null'
    const isKey = /^\s*:/.test(text.slice(at + token.length, at + token.length + 20))
    return isKey ? `"${token}"` : (literals[token] ?? token)
  })
  return plain.replace(commas, (token) => (token === ',' ? '' : token))
}

const doubleQuoted = (inner: string): string =>
  `"${inner.replace(/\\'|"|[\u0000-\u001f]/g, (one) => (one === "\\'" ? "'" : JSON.stringify(one).slice(1, -1)))}"`

/** A value as a cell shows it: texts and numbers as they stand, nothing for null, JSON for what is nested. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
