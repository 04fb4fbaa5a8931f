// Remembers which precision pre-flights chose on this computer: measuring before every run would cost a short one more than it gains.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { methodAliases, precisionNames, type TuneSettings } from '../../contract/settings.ts'
import type { Home } from '../home/home.ts'

const known = v.object({ precision: v.picklist(precisionNames), because: v.string() })
const file = v.record(v.string(), known)

export type KnownChoice = v.InferOutput<typeof known>

type Kind = Pick<TuneSettings, 'method' | 'placement' | 'loss' | 'memory'>

/** Runs of one kind take their time in the same places. What was measured on another processor says nothing here. */
const keyOf = (model: string, { method, placement, loss, memory = 'normal' }: Kind): string =>
  [cpus()[0]?.model.trim(), availableParallelism(), model, method, placement, loss, memory].join(' | ')

/** The same in the file of an earlier version, where its method had another name; undefined where it had this one. */
function earlierKeyOf(model: string, kind: Kind): string | undefined {
  const earlier = Object.keys(methodAliases).find((name) => methodAliases[name] === kind.method)
  return earlier === undefined ? undefined : keyOf(model, { ...kind, method: earlier })
}

/** The file lies in the cache: it can be measured again, and a backup must not carry it to another computer. */
const pathOf = ({ cache }: Pick<Home, 'cache'>): string => join(cache, 'choices.json')

/** Undefined where nothing was measured yet. */
export async function knownChoice(
  home: Pick<Home, 'cache'>,
  model: string,
  kind: Kind,
): Promise<KnownChoice | undefined> {
  const choices = await read(home)
  return choices[keyOf(model, kind)] ?? choices[earlierKeyOf(model, kind) ?? '']
}

export async function keepChoice(
  home: Pick<Home, 'cache'>,
  model: string,
  kind: Kind,
  { precision, because }: KnownChoice,
): Promise<void> {
  const all = { ...(await read(home)), [keyOf(model, kind)]: { precision, because } }
  const path = pathOf(home)
  await mkdir(home.cache, { recursive: true })
  await writeFile(`${path}.part`, JSON.stringify(all, undefined, 2))
  await rename(`${path}.part`, path)
}

/** Nothing is known where the file is missing or cannot be read. */
async function read(home: Pick<Home, 'cache'>): Promise<v.InferOutput<typeof file>> {
  try {
    return v.parse(file, JSON.parse(await readFile(pathOf(home), 'utf8')))
  } catch {
    return {}
  }
}
