// What the command line adds to an error's sentence: the command or option that helps.
import type { ErrorCode } from '../../contract/errors/index.ts'

const home = 'Another folder: --home DIR'

const hints: { readonly [C in ErrorCode]?: string } = {
  'run/no-prompt': 'Resume with: softprompt resume RUN',
  'run/no-model': 'Get it with: softprompt models get starter',
  'run/starter-missing': 'Get it with: softprompt models get starter',
  'run/which-model': 'Choose with: --model NAME',
  'prompt/which-model': 'Choose with: --model NAME',
  'run/service-closed': 'Resume with: softprompt resume RUN',
  'run/service-silent': home,
  'run/protocol': home,
  'store/cannot-open': home,
  'store/cannot-write': home,
  'store/disk-full': home,
  'store/newer': home,
  'store/damaged-file': 'With: softprompt restore BACKUP, or: softprompt restore --anew',
}

/** The sentence, and how its advice is typed. */
export function withHint({ code, message }: { readonly code: string; readonly message: string }): string {
  const hint = (hints as Readonly<Record<string, string | undefined>>)[code]
  return hint === undefined ? message : `${message} ${hint}`
}

/** How to resume a stopped run. */
export const goOnWith = (run: string): string => `Resume with: softprompt resume ${quoted(run)}`

/** A name as it is typed in a shell. */
export const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `"${name}"`)
