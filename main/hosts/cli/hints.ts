// What the command line adds to an error's sentence: the command or option that helps.
import type { ErrorCode } from '../../contract/errors/index.ts'
import type { ErrorReport, Remedy } from '../../contract/errors/remedy.ts'

const home = 'Another folder: --home DIR'

const hints: { readonly [C in ErrorCode]?: string } = {
  'run/no-prompt': 'Resume with: softprompt resume RUN',
  'model/starter-unreachable': 'Or set SOFTPROMPT_MODEL to a copy of it.',
  'calibration/none': 'Calibrate it with: softprompt calibrate RUN',
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

/** How a remedy is typed; undefined where the command line has none. */
function commandOf(remedy: Remedy): string | undefined {
  if (remedy.kind === 'starter') return 'Get it with: softprompt models get starter'
  if (remedy.kind === 'network') return undefined
  const { name, problem, button } = remedy
  return `${button} with: softprompt fix ${quoted(name)}${problem === undefined ? '' : ` ${problem}`}`
}

/** The sentence with its details, and how its advice is typed. */
export function withHint({ code, message, details, remedy }: ErrorReport): string {
  const hint = (remedy && commandOf(remedy)) ?? (hints as Readonly<Record<string, string | undefined>>)[code]
  return [message, ...(details === undefined ? [] : [`(${details})`]), ...(hint === undefined ? [] : [hint])].join(' ')
}

/** How to resume a stopped run. */
export const goOnWith = (run: string): string => `Resume with: softprompt resume ${quoted(run)}`

/** A name as it is typed in a shell. */
export const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `"${name}"`)
