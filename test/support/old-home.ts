// The home of an old version (test/fixtures/old-home), unpacked as if it had always been here, and what that version reported of it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { tinyFolder } from './tiny.ts'

/** A run as the old version reported it, in its names. */
export interface OldRun {
  readonly show: {
    readonly run: { readonly settings: { readonly task?: string } }
    readonly steps: readonly OldStep[]
    readonly validations: readonly OldValidation[]
    readonly evaluations: readonly object[]
    readonly checkpoint: number
  }
  /** Of finished ones. */
  readonly metrics?: readonly { readonly subject: string; readonly metrics: readonly OldMetric[] }[]
  readonly verdict?: object
}

export interface OldMetric {
  readonly name: string
  readonly value: number
}

export interface OldStep {
  readonly step: number
  readonly loss: number
  readonly learningRate: number
  readonly gradientNorm: number
  readonly examples: number
}

export interface OldValidation {
  readonly step: number
  readonly loss: number
  readonly accuracy: number
  readonly best: boolean
}

export interface OldAnswers {
  /** The folder that all was made in. */
  readonly place: string
  readonly runs: readonly { readonly name: string }[]
  /** Each run's own answers by its name. */
  readonly byRun: Readonly<Record<string, OldRun>>
  readonly sweeps: readonly object[]
  readonly prompts: readonly { readonly name: string }[]
  readonly preferences: object
  /** Labels of `classifiedText` by the prompt of the run `labels f16`. */
  readonly classified: readonly { readonly label: string; readonly probability: number }[]
  /** What the old version made of what was stopped. */
  readonly resumed: { readonly runs: Readonly<Record<string, OldRun>>; readonly sweep: object }
}

export const classifiedText = 'message number 7 about praise'

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/old-home/${name}`, import.meta.url))

/** A prompt file of the old version: of the run `labels prompt`. */
export const oldPromptFile = fixture('labels prompt.softprompt')

/** Unpacks the home within `folder`, with its paths put right; gives its place and the old answers with the same paths. */
export function unpackOldHome(folder: string): { readonly home: string; readonly old: OldAnswers } {
  const home = join(folder, 'home')
  const files = JSON.parse(gunzipSync(readFileSync(fixture('home.json.gz'))).toString()) as Record<string, string>
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), Buffer.from(bytes, 'base64'))
  }
  const recorded = readFileSync(fixture('expected.json'), 'utf8')
  const { place } = JSON.parse(recorded) as OldAnswers
  const moves: [from: string, to: string][] = [
    [`${place}/models/llama`, resolve(tinyFolder('llama'))],
    [`${place}/home`, home],
  ]
  // In JSON, a path of Windows has each of its separators twice.
  const inJson = (path: string): string => JSON.stringify(path).slice(1, -1)
  const database = new Database(join(home, 'studio.db'))
  const move = database.prepare(
    `UPDATE models SET source = replace(source, @from, @to), folder = replace(folder, @from, @to),
      prepared = CAST(replace(CAST(prepared AS TEXT), @from, @inJson) AS BLOB)`,
  )
  for (const [from, to] of moves) move.run({ from, to, inJson: inJson(to) })
  database.close()
  const here = moves.reduce((text, [from, to]) => text.replaceAll(from, inJson(to)), recorded)
  return { home, old: JSON.parse(here) as OldAnswers }
}
