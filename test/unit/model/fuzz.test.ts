// Hostile models, a thousand of each kind; `prove fuzz` tries far more.
import fc from 'fast-check'
import { it } from 'vitest'
import * as kinds from '../../fuzz/models.ts'

it.each(Object.values(kinds).map((kind) => [kind.name, kind] as const))(
  '%s: opened or refused in a sentence, in bounded time',
  { timeout: 120_000 },
  async (_, kind) => {
    const { cases, check } = kind as { cases: fc.Arbitrary<unknown>; check: (each: unknown) => Promise<void> }
    await fc.assert(fc.asyncProperty(cases, check), { numRuns: 1000 })
  },
)
