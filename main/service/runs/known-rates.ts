// Remembers how long the parts of a run took on this computer, so that the next one of its kind is predicted from its start.
import * as v from 'valibot'
import type { TuneSettings } from '../../contract/settings.ts'
import type { Home } from '../home/home.ts'
import { createKept, kindOf } from './kept.ts'
import { partNames, type PartName, type Rates } from './parts.ts'

const rate = v.pipe(v.number(), v.minValue(0), v.finite())
const known = v.object(Object.fromEntries(partNames.map((name) => [name, rate])) as Record<PartName, typeof rate>)
const kept = createKept('rates.json', known)

type Kind = Pick<TuneSettings, 'method' | 'placement' | 'loss' | 'memory' | 'precision' | 'task' | 'optimiser'>

const keyOf = (model: string, kind: Kind): string =>
  [kindOf(model, kind), kind.precision ?? 'float32', kind.task ?? 'classification', kind.optimiser ?? ''].join(' | ')

/** Undefined where nothing was measured yet. */
export const knownRates = async (home: Pick<Home, 'cache'>, model: string, kind: Kind): Promise<Rates | undefined> =>
  (await kept.read(home))[keyOf(model, kind)]

export const keepRates = (home: Pick<Home, 'cache'>, model: string, kind: Kind, rates: Rates): Promise<void> =>
  kept.keep(home, keyOf(model, kind), rates)
