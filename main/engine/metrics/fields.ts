// Answers that are JSON objects: whether they are valid, and how many of the right fields they hold.

/** The object that a text is; undefined where it is no JSON object. */
export function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

export interface FieldScore {
  /** The text is a JSON object, whatever stands in it. */
  readonly valid: boolean
  /** Share of the right object's fields that have the right value, 0 to 1. */
  readonly right: number
  /** By name: whether the field has its right value. */
  readonly fields: Readonly<Record<string, boolean>>
}

/** `right` must be a JSON object; RangeError otherwise. */
export function fieldScore(predicted: string, right: string): FieldScore {
  const wanted = objectOf(right)
  if (!wanted) throw new RangeError('the right answer is no JSON object')
  const said = objectOf(predicted)
  const fields = Object.fromEntries(
    Object.entries(wanted).map(([name, value]) => [
      name,
      said !== undefined && Object.hasOwn(said, name) && canonical(said[name]) === canonical(value),
    ]),
  )
  const all = Object.values(fields)
  const count = all.filter(Boolean).length
  return {
    valid: said !== undefined,
    right: all.length === 0 ? Number(said !== undefined) : count / all.length,
    fields,
  }
}

/** Equal for equal values: order of an object's fields, white space and encoding (NFC) of a text say nothing. */
function canonical(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.trim().replace(/\s+/g, ' ').normalize('NFC'))
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join()}}`
}
