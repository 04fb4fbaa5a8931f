// Reads YAML that a stranger wrote: as texts, lists and mappings, and without what lets a short text stand for a huge one.
import { parse } from 'yaml'

export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml }

/** Scalars stay texts, whatever they look like; of two equal keys the last counts, as for the library that writes these texts. */
const options = {
  schema: 'failsafe',
  resolveKnownTags: false,
  stringKeys: true,
  // Comparing each key with all others takes minutes where there are many.
  uniqueKeys: false,
  // A few aliases of aliases can stand for more than fits into memory; programs that write these texts use none.
  maxAliasCount: 0,
  prettyErrors: false,
  logLevel: 'error',
} as const

/** Null where there is nothing. Error: SyntaxError for what is not well-formed, is nested too deeply, or has aliases. */
export function readYaml(text: string): Yaml {
  try {
    return parse(text, options) as Yaml
  } catch (cause) {
    throw new SyntaxError('This is not read as YAML.', { cause })
  }
}
