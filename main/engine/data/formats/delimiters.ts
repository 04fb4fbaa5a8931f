// Which character parts the cells of a text, by its first lines.
const delimiters = [',', ';', '\t', '|'] as const
/** Lines that are looked at. */
const sampledLines = 20
/** Share of the lines that must have the delimiter as often as the first line. */
const minShare = 0.8

/** The delimiter that cuts the first lines into the same number of cells, the largest such number. */
export function likelyDelimiter(sample: string): string {
  const lines = firstLines(sample)
  // The last line may be cut off.
  const whole = lines.length > 1 ? lines.slice(0, -1) : lines
  const score = (delimiter: string): number => {
    const { first, alike } = cut(whole, delimiter)
    return first === 0 ? 0 : alike * 100 + first
  }
  return delimiters.reduce((best, delimiter) => (score(delimiter) > score(best) ? delimiter : best))
}

/** A delimiter that nearly all of the first lines have equally often; undefined where they are prose, or one line only. */
export function commonDelimiter(sample: string): string | undefined {
  // In prose a space follows a comma.
  const lines = firstLines(sample).map((line) => line.replace(/[,;](?= )/g, ''))
  return delimiters.find((delimiter) => {
    const { first, alike } = cut(lines, delimiter)
    return lines.length > 1 && first > 0 && alike >= minShare
  })
}

const firstLines = (sample: string): string[] =>
  sample
    .split(/\r\n|\r|\n/, sampledLines + 1)
    .filter((line) => line.trim() !== '')
    .slice(0, sampledLines)

/** How often the first line has the delimiter, and the share of lines that have it as often. */
function cut(lines: readonly string[], delimiter: string): { readonly first: number; readonly alike: number } {
  const counts = lines.map((line) => outsideQuotes(line).split(delimiter).length - 1)
  const [first = 0] = counts
  return { first, alike: counts.filter((count) => count === first).length / Math.max(1, counts.length) }
}

const outsideQuotes = (line: string): string => line.replace(/"[^"]*("|$)/g, '')
