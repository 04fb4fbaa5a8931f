// What varies in a sweep, as its findings call it.
import type { SweptName } from '../../contract/methods/sweeps.ts'

export const settingNames: { readonly [S in SweptName]: string } = {
  model: 'Base model',
  method: 'Method',
  placement: 'Placement',
  tokens: 'Virtual tokens',
  init: 'Initialisation',
  initText: 'Starting text',
  learningRate: 'Learning rate',
}
