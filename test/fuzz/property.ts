// What a fuzzing property is: cases, and a check that throws where one breaks a promise. Tests run some, `prove fuzz` many.
import type { Arbitrary } from 'fast-check'

export interface FuzzProperty<T> {
  readonly name: string
  readonly cases: Arbitrary<T>
  /** Throws where the case is neither read as promised nor refused by a typed error. */
  readonly check: (value: T) => Promise<void>
}
