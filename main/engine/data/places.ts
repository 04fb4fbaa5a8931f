// Counts how often something happens in a file, and remembers the first lines where it does.
import { grouped } from '../../contract/words/counts.ts'

/** Lines that are named one by one. */
const maxNamed = 5

export interface Places {
  see(line: number, times?: number): void
  readonly count: number
  /** "line 3", "lines 3 and 7", "lines 3, 4, 5, 6, 7 and 120 more". */
  words(): string
}

export function createPlaces(): Places {
  const named: number[] = []
  let lines = 0
  let last = 0
  let count = 0
  return {
    see(line, times = 1) {
      count += times
      if (line === last) return
      last = line
      lines++
      if (named.length < maxNamed) named.push(line)
    },
    get count() {
      return count
    },
    words() {
      const numbers = named.map(grouped)
      const end = lines > named.length ? `${grouped(lines - named.length)} more` : numbers.pop()
      return `${lines === 1 ? 'line' : 'lines'} ${numbers.length > 0 ? `${numbers.join(', ')} and ` : ''}${end ?? ''}`
    },
  }
}
