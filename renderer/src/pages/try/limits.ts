// The length limit and stop texts of an answer on the Try page, by the task of its prompt.
import type { TaskName, TuneSettings } from '../../../../main/contract/settings.ts'

/** The default maximum of new tokens. */
export const defaultLength: { readonly [T in TaskName]: number } = {
  classification: 24,
  generation: 120,
  answering: 32,
}

/** Labels and short answers are one line; a text ends where a base model would continue with another example. */
export function stopsOf({ task, template }: Pick<TuneSettings, 'task' | 'template'>): string[] {
  if (task !== 'generation') return ['\n']
  const [opening = ''] = template.body.split('{text}')
  return ['\n\n', ...(template.kind === 'plain' && opening.trim() !== '' ? [`\n${opening}`] : [])]
}
