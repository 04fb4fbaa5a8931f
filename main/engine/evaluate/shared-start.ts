// What texts have in common at their start, to be read once for all of them.

/** Tokens that all begin with; each has one more at least. */
export function sharedStart(texts: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = texts
  const most = texts.reduce((least, { length }) => Math.min(least, length), first.length) - 1
  let count = 0
  while (count < most && texts.every((ids) => ids[count] === first[count])) count++
  return first.slice(0, count)
}
