// What lists of token ids have in common at their start or at their end.

/** Length of the longest common prefix of all lists. */
export function commonPrefix(lists: readonly (readonly number[])[]): number {
  const [first = []] = lists
  const limit = lists.reduce((shortest, { length }) => Math.min(shortest, length), first.length)
  let length = 0
  while (length < limit && lists.every((ids) => ids[length] === first[length])) length++
  return length
}

/** Length of the longest common suffix of two lists. */
export function commonSuffix(one: readonly number[], other: readonly number[]): number {
  const limit = Math.min(one.length, other.length)
  let length = 0
  while (length < limit && one.at(-1 - length) === other.at(-1 - length)) length++
  return length
}
