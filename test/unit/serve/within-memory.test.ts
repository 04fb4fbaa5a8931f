// A model is served with as long a context as the memory has room for.
import { expect, it } from 'vitest'
import { kvBytes } from '../../../main/engine/model/sizes.ts'
import { withinMemory } from '../../../main/engine/serve/within-memory.ts'
import { tinyModel } from '../../support/tiny.ts'

it('reads no more tokens than the memory holds keys and values of', async () => {
  const model = await tinyModel('llama')
  const { context } = model.config
  expect(withinMemory(model, context * kvBytes(model.config))).toEqual(model)
  const little = withinMemory(model, 100 * kvBytes(model.config))
  expect(little).toEqual({ ...model, config: { ...model.config, context: 100 } })
})
