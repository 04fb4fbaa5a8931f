// Reads YAML that a stranger wrote, in a thread of its own: some texts that are no YAML would keep the library busy for minutes.
import { inThread } from '../in-thread.ts'

export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml }

/** What the thread answers: undefined where it cannot read the text. */
export interface ReadYaml {
  readonly value?: Yaml
}

/** Milliseconds; a megabyte of well-formed text takes two seconds. */
const timeout = 10_000

const read = inThread<string, ReadYaml>(new URL('./thread.ts', import.meta.url), timeout)

/**
 * Scalars stay texts, whatever they look like; null where there is nothing. Of two equal keys the last counts, as for the
 * library that writes such texts. Rejects what is not well-formed, has aliases, is nested too deeply, or takes too long.
 */
export async function readYaml(text: string): Promise<Yaml> {
  const { value } = await read(text)
  if (value === undefined) throw new SyntaxError('This is not read as YAML.')
  return value
}
