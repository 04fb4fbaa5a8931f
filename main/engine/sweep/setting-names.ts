// What varies in a sweep, as its findings call it.
import type { SweptName } from '../../contract/methods/sweeps.ts'

export const settingNames: { readonly [S in SweptName]: string } = {
  model: 'Base model',
  method: 'Method',
  placement: 'Placement',
  tokens: 'Virtual tokens',
  init: 'Start of the virtual tokens',
  initText: 'Text that they start from',
  learningRate: 'Learning rate',
}
