// The values of a new sweep as the service takes them.
import { expect, it } from 'vitest'
import { variationsOf } from '../../../../../../renderer/src/pages/tune/sweeps/variations.ts'

it('leaves out settings without a value', () => {
  expect(variationsOf({ tokens: [8, 16], init: [] }, '')).toEqual({ tokens: [8, 16] })
})

it('takes one start text a line, each once, without blank lines', () => {
  expect(variationsOf({}, ' Sort this. \n\nWhat is it?\nSort this.\n')).toEqual({
    initText: ['Sort this.', 'What is it?'],
  })
})
