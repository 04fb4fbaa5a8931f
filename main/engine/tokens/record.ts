// Tells JSON objects from everything else in a file that may be malformed.
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a file names something, in words even where it is no name at all. */
export const nameIn = (value: unknown): string => (typeof value === 'string' ? value : `(${typeof value})`)
