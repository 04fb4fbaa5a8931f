// What was measured on this computer about kinds of runs, in files of the cache: it can be measured again.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import type { TuneSettings } from '../../contract/settings.ts'
import type { Home } from '../home/home.ts'

type Place = Pick<Home, 'cache'>
type Kind = Pick<TuneSettings, 'method' | 'placement' | 'loss' | 'memory'>

/** Runs of one kind take their time in the same places. What was measured on another processor says nothing here. */
export const kindOf = (model: string, { method, placement, loss, memory = 'normal' }: Kind): string =>
  [cpus()[0]?.model.trim(), availableParallelism(), model, method, placement, loss, memory].join(' | ')

interface Kept<T> {
  /** Nothing is known where the file is missing or cannot be read. */
  read(home: Place): Promise<Readonly<Partial<Record<string, T>>>>
  keep(home: Place, key: string, value: T): Promise<void>
}

/** The file lies in the cache: a backup must not carry it to another computer. */
export function createKept<T>(file: string, schema: v.GenericSchema<T>): Kept<T> {
  const all = v.record(v.string(), schema)
  const pathOf = ({ cache }: Place): string => join(cache, file)
  const read = async (home: Place): Promise<Record<string, T>> => {
    try {
      return v.parse(all, JSON.parse(await readFile(pathOf(home), 'utf8')))
    } catch {
      return {}
    }
  }
  return {
    read,
    async keep(home, key, value) {
      const path = pathOf(home)
      const text = JSON.stringify({ ...(await read(home)), [key]: value }, undefined, 2)
      await mkdir(home.cache, { recursive: true })
      await writeFile(`${path}.part`, text)
      await rename(`${path}.part`, path)
    },
  }
}
