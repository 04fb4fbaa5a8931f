// The parts of a template that a person may choose, and which of them are not the usual ones.
import type { Template } from '../../../../main/contract/settings.ts'

export type TemplatePart = 'kind' | 'instruction' | 'body'
export const templateParts: readonly TemplatePart[] = ['kind', 'instruction', 'body']

/** `defaults` are those of the kind that was chosen; the usual kind is a plain one. */
export const usualPart = (part: TemplatePart, defaults: Template): string =>
  part === 'kind' ? 'plain' : defaults[part]

export const isOtherPart = (part: TemplatePart, given: Partial<Template>, defaults: Template): boolean =>
  given[part] !== undefined && given[part] !== usualPart(part, defaults)

/** With another part. A body belongs to its kind, as does what stands before an answer; an instruction fits both. */
export function withPart(given: Partial<Template>, part: TemplatePart, value: string | undefined): Partial<Template> {
  const { [part]: _, ...rest } = given
  const { instruction } = given
  const kept = part !== 'kind' ? rest : instruction === undefined ? {} : { instruction }
  return value === undefined ? kept : { ...kept, [part]: value }
}

/** Whether there is one place for the row's text. */
export const hasPlace = (body: string): boolean => body.split('{text}').length === 2
