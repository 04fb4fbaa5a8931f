// Results on disk: a JSON file for each bench, and one README with the tables of all of them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitInUse, describeMachine } from './machine.ts'
import type { Findings } from './result.ts'

export interface SavedResult extends Findings {
  readonly name: string
  readonly date: string
  readonly commit: string
  readonly seconds: number
  /** A quick run shows that the bench works and says nothing else. */
  readonly quick: boolean
  readonly machine: ReturnType<typeof describeMachine>
}

export const stamped = (name: string, findings: Findings, seconds: number, quick: boolean): SavedResult => ({
  name,
  date: new Date().toISOString().slice(0, 10),
  commit: commitInUse(),
  seconds: Math.round(seconds),
  quick,
  machine: describeMachine(),
  ...findings,
})

/** Writes the result and the README that shows it among the others. */
export function save(folder: string, result: SavedResult): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  const saved = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as SavedResult)
  writeFileSync(join(folder, 'README.md'), readme(saved))
}

const readme = (saved: readonly SavedResult[]): string =>
  [
    '# Results of `npm run prove`',
    'Written by the benches themselves. Each says on which machine, when and of which commit.',
  ]
    .concat(saved.map(section))
    .join('\n\n')
    .concat('\n')

function section(result: SavedResult): string {
  const { machine, targets } = result
  const on = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`
  const parts = [
    `## ${result.title}`,
    result.quick ? '**A quick run: it shows that the bench works, its figures say nothing.**' : '',
    ...result.doubts.map((doubt) => `**Does not count: ${doubt}.**`),
    result.method,
    markdown(result.table.columns, result.table.rows),
    targets.length > 0
      ? markdown(
          ['target', 'wanted', 'got', 'met'],
          targets.map((target) => [target.what, target.wanted, target.got, target.met ? 'yes' : '**no**']),
        )
      : '',
    `${result.date}, commit ${result.commit}, ${result.seconds} s. ${on}; Node ${machine.node}, ONNX Runtime ${machine.onnxruntime}. \`npm run prove ${result.name}\``,
  ]
  return parts.filter(Boolean).join('\n\n')
}

const markdown = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** The result as text for a terminal. */
export function summary({ title, table, targets, doubts }: Findings): string {
  const rows = [table.columns, ...table.rows]
  const widths = table.columns.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)))
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const targetLines = targets.map(
    ({ what, wanted, got, met }) => `${met ? 'met    ' : 'NOT MET'}  ${what}: ${got} (${wanted})`,
  )
  return [title, ...lines, ...targetLines, ...doubts.map((doubt) => `does not count: ${doubt}`)].join('\n')
}
