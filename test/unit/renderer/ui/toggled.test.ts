// A choice of several values.
import { expect, it } from 'vitest'
import { toggled } from '../../../../renderer/src/ui/toggled.ts'

it('adds a value that is not chosen, and takes one that is', () => {
  expect(toggled([8, 16], 32)).toEqual([8, 16, 32])
  expect(toggled([8, 16], 8)).toEqual([16])
})
