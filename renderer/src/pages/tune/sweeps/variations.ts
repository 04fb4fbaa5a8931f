// The choices on the page of a new sweep, as the values that the service combines.
import { proposals } from '../../../../../main/contract/proposals.ts'
import type { Vary } from '../../../../../main/contract/service.ts'

/** The method whose settings are tried where none is chosen: soft prompts have most to choose. */
export const usualMethod = proposals['soft prompt']

/** Values by setting; a setting without any stays at its default. */
export type ChosenValues = Readonly<Record<string, readonly (string | number)[]>>

/** `startTexts` has one text per line; blank lines and repetitions are ignored. */
export function variationsOf(chosen: ChosenValues, startTexts: string): Vary {
  const lines = startTexts.split('\n').flatMap((line) => line.trim() || [])
  const all = { ...chosen, initText: [...new Set(lines)] }
  return Object.fromEntries(Object.entries(all).filter(([, values]) => values.length > 0)) as Vary
}
