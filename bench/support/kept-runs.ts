// The runs of a long bench, kept in the cache, so that it goes on where it was stopped.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitInUse } from './machine.ts'
import { cache } from './paths.ts'

export interface KeptRuns {
  /** What `measure` found, now or in an earlier run of the bench with the same `key`. */
  get<T>(key: unknown, measure: () => Promise<T>): Promise<T>
  /** The commits whose runs were used, in order of their use. */
  commits(): readonly string[]
}

/** Runs with the same key are taken for the same, whatever the engine was: the commits are for the result to name. */
export function keptRuns(bench: string): KeptRuns {
  const folder = join(cache, 'runs', bench)
  mkdirSync(folder, { recursive: true })
  const used = new Set<string>()
  return {
    async get<T>(key: unknown, measure: () => Promise<T>) {
      const text = JSON.stringify(key)
      const path = join(folder, `${createHash('sha256').update(text).digest('hex').slice(0, 24)}.json`)
      if (!existsSync(path)) {
        const kept = { key: text, commit: commitInUse(), found: await measure() }
        writeFileSync(`${path}.new`, JSON.stringify(kept))
        renameSync(`${path}.new`, path)
      }
      const { commit, found } = JSON.parse(readFileSync(path, 'utf8')) as { commit: string; found: T }
      used.add(commit)
      return found
    },
    commits: () => [...used],
  }
}
