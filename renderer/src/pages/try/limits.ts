// Where an answer that is tried ends, by the task that its prompt was tuned for.
import type { TaskName, TuneSettings } from '../../../../main/contract/settings.ts'

/** Tokens at most, where nobody chooses. */
export const usualLength: { readonly [T in TaskName]: number } = { classification: 24, generation: 120, answering: 32 }

/** Labels and short answers stand on one line; a text ends where a base model would go on with a next row. */
export function stopsOf({ task, template }: Pick<TuneSettings, 'task' | 'template'>): string[] {
  if (task !== 'generation') return ['\n']
  const [opening = ''] = template.body.split('{text}')
  return ['\n\n', ...(template.kind === 'plain' && opening.trim() !== '' ? [`\n${opening}`] : [])]
}
