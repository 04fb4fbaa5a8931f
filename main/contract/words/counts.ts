// Counts in words, for sentences that people read.

/** 1,234,567. Intl says the same, but takes 50 ms for its first word. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

export const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${grouped(count)} rows`)

export const runsOf = (count: number): string => (count === 1 ? '1 run' : `${grouped(count)} runs`)

/** 'mail.csv with its 2 runs'. */
export const withRuns = (name: string, runs: number): string => (runs === 0 ? name : `${name} with its ${runsOf(runs)}`)

/** '1 row has', '2 rows have'. */
export const rowsThat = (count: number, one: string, more: string): string =>
  `${rowsOf(count)} ${count === 1 ? one : more}`

/** '2 rows added', '1 row changed', '2 rows added, 1 changed'. */
export const putWords = ({ added, changed }: { readonly added: number; readonly changed: number }): string => {
  if (changed === 0) return `${rowsOf(added)} added`
  return added === 0 ? `${rowsOf(changed)} changed` : `${rowsOf(added)} added, ${grouped(changed)} changed`
}

/** '“a”, “b”'; of many names the first ones, and how many more there are. */
export const listOf = (names: readonly string[], shown = 5): string =>
  names
    .slice(0, shown)
    .map((name) => `“${name}”`)
    .join(', ') + (names.length > shown ? ` and ${grouped(names.length - shown)} more` : '')

/** 'a, b and c'. */
export const joined = (words: readonly string[], last: 'and' | 'or' = 'and'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`
