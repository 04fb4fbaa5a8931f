// Remembers which precision pre-flights chose on this computer: measuring before every run would cost a short one more than it gains.
import * as v from 'valibot'
import { methodAliases, precisionNames, type TuneSettings } from '../../contract/settings.ts'
import type { Home } from '../home/home.ts'
import { createKept, kindOf } from './kept.ts'

const known = v.object({ precision: v.picklist(precisionNames), because: v.string() })
const kept = createKept('choices.json', known)

export type KnownChoice = v.InferOutput<typeof known>

type Kind = Pick<TuneSettings, 'method' | 'placement' | 'loss' | 'memory'>

/** The same in the file of an earlier version, where its method had another name; undefined where it had this one. */
function earlierKeyOf(model: string, kind: Kind): string | undefined {
  const earlier = Object.keys(methodAliases).find((name) => methodAliases[name] === kind.method)
  return earlier === undefined ? undefined : kindOf(model, { ...kind, method: earlier })
}

/** Undefined where nothing was measured yet. */
export async function knownChoice(
  home: Pick<Home, 'cache'>,
  model: string,
  kind: Kind,
): Promise<KnownChoice | undefined> {
  const choices = await kept.read(home)
  return choices[kindOf(model, kind)] ?? choices[earlierKeyOf(model, kind) ?? '']
}

export const keepChoice = (
  home: Pick<Home, 'cache'>,
  model: string,
  kind: Kind,
  { precision, because }: KnownChoice,
): Promise<void> => kept.keep(home, kindOf(model, kind), { precision, because })
