// The port and the secret of the studio in a browser, kept so that a tab from before a restart goes on working.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'

const address = v.object({
  port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
  secret: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
})
export type KeptAddress = v.InferOutput<typeof address>

const pathIn = (home: string): string => join(home, 'window.json')

/** Undefined where there is none, or none that can be read: the next start has a new one. */
export function keptAddress(home: string): KeptAddress | undefined {
  try {
    const read = v.safeParse(address, JSON.parse(readFileSync(pathIn(home), 'utf8')))
    return read.success ? read.output : undefined
  } catch {
    return undefined
  }
}

/** For the owner's eyes alone. A folder that takes no file costs only the next start's address. */
export function keepAddress(home: string, kept: KeptAddress): void {
  try {
    writeFileSync(`${pathIn(home)}.new`, JSON.stringify(kept), { mode: 0o600 })
    renameSync(`${pathIn(home)}.new`, pathIn(home))
  } catch {
    // The service says what is wrong with the folder.
  }
}
