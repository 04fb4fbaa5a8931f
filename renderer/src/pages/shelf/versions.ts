// What a new version of something on the shelf would be, and what its labels would change for programs.
import type { ShelfItem } from '../../../../main/contract/service.ts'
import { t } from '../../strings/index.ts'

export const nextVersion = ({ version, versions }: ShelfItem): number =>
  Math.max(version, ...versions.map(({ number }) => number)) + 1

/** Labels that a program would meet or miss; '' where they are the same. */
export function changedLabels(before: readonly string[], after: readonly string[]): string {
  const without = (some: readonly string[], others: readonly string[]): string =>
    some.filter((label) => !others.includes(label)).join(', ')
  return t.shelf.otherLabels(without(after, before), without(before, after))
}
