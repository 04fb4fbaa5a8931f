// The text readers' fuzzing properties, with some of the cases that `prove fuzz` runs.
import fc from 'fast-check'
import { it } from 'vitest'
import { delimitedDamage, delimitedRoundTrip } from '../../fuzz/delimited.ts'
import { encodings } from '../../fuzz/encodings.ts'
import { jsonDamage, jsonRoundTrip } from '../../fuzz/json.ts'
import type { FuzzProperty } from '../../fuzz/property.ts'

function holds<T>({ name, cases, check }: FuzzProperty<T>, numRuns = 1000): void {
  it(name, { timeout: 240_000 }, () => fc.assert(fc.asyncProperty(cases, check), { numRuns }))
}

holds(delimitedRoundTrip)
holds(delimitedDamage)
holds(jsonRoundTrip)
holds(jsonDamage)
holds(encodings)
