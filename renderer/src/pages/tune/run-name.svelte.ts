// The name of a new run: of its data, its column of answers and the day, until a person gives another.
import { resource } from '../../client/resource.svelte.ts'
import { studio } from '../../client/studio.ts'
import { today } from '../../ui/format.ts'

interface Named {
  /** Name of the data set. */
  readonly data: string
  readonly label: string
}

/** Endings of files, which say nothing of what is in them. */
const ending = /\.(csv|tsv|tab|txt|xlsx|xlsm|parquet|jsonl?|ndjson)$/i
/** Characters of each part at most: a name has 80. */
const PART = 30

const part = (text: string): string => (text.length > PART ? `${text.slice(0, PART - 1).trimEnd()}…` : text)

/** "feedback-2025 · Category · 29 Nov". */
const describeRun = ({ data, label }: Named): string =>
  [part(data.replace(ending, '')), part(label), today()].filter((each) => each !== '').join(' · ')

/** Call it while a component is initialised; undefined where there is no data set yet. */
export function runName(of: () => Named | undefined) {
  const proposed = resource(async () => {
    const named = of()
    return named && studio.call('runs.freeName', { wanted: describeRun(named) })
  }, 'runs')
  let chosen = $state<string>()
  return {
    get value(): string {
      return chosen ?? proposed.value ?? ''
    },
    set value(next: string) {
      chosen = next
    },
  }
}
