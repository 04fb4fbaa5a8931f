// The parts of a template that the user can choose, and which of them differ from the defaults.
import type { Template } from '../../../../main/contract/settings.ts'

export type TemplatePart = 'kind' | 'instruction' | 'body'
export const templateParts: readonly TemplatePart[] = ['kind', 'instruction', 'body']

/** The default of a part; `defaults` belong to the chosen kind, and the default kind is plain. */
export const usualPart = (part: TemplatePart, defaults: Template): string =>
  part === 'kind' ? 'plain' : defaults[part]

export const isOtherPart = (part: TemplatePart, given: Partial<Template>, defaults: Template): boolean =>
  given[part] !== undefined && given[part] !== usualPart(part, defaults)

/** Replaces a part. Another kind keeps only the instruction: body and answer prefix belong to their kind. */
export function withPart(given: Partial<Template>, part: TemplatePart, value: string | undefined): Partial<Template> {
  const { [part]: _, ...rest } = given
  const { instruction } = given
  const remaining = part !== 'kind' ? rest : instruction === undefined ? {} : { instruction }
  return value === undefined ? remaining : { ...remaining, [part]: value }
}

/** Whether the body has exactly one placeholder for the row's text. */
export const hasPlace = (body: string): boolean => body.split('{text}').length === 2
