// TREC's questions in six classes (Li and Roth 2002), as rows of a task.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Example, Split } from '../../main/contract/settings.ts'
import { createRandom } from '../../main/engine/random.ts'
import { data } from './paths.ts'

/** The coarse classes, written out. */
const classNames: Readonly<Record<string, string>> = {
  ABBR: 'abbreviation',
  ENTY: 'entity',
  DESC: 'description',
  HUM: 'human',
  LOC: 'location',
  NUM: 'number',
}

export const trecLabels: readonly string[] = Object.values(classNames)

/** Every line is `COARSE:fine question`, in Latin-1. Throws where a line is not. */
function read(file: string): Example[] {
  const lines = readFileSync(join(data, file), 'latin1').split(/\r?\n/)
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const [, coarse = '', text = ''] = /^([A-Z]+):\S+ (.+)$/.exec(line.trim()) ?? []
    const label = classNames[coarse]
    if (label === undefined) throw new Error(`${file}, line ${i + 1}: no class of TREC begins it.`)
    return [{ row: i + 1, text, label }]
  })
}

/** The seed that chooses the training rows. */
export const trecSeed = 7
const labelled = 1000
const validation = 100

/** So many random training rows. */
export const trecRows = (count: number): Example[] =>
  createRandom(trecSeed).shuffle(read('trec-train.txt')).slice(0, count)

/** The first 1,000 of the shuffled training rows, 100 of them for validation; all 500 test rows. */
export function trecSplit(): Split {
  const chosen = trecRows(labelled)
  return { train: chosen.slice(validation), validation: chosen.slice(0, validation), test: read('trec-test.txt') }
}
