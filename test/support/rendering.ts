// A rendering for tests of exports whose rows nobody encodes.
import type { Rendering } from '../../main/contract/rendering.ts'

export const someRendering: Rendering = {
  ...{
    lead: [],
    near: 'Text: ',
    next: '\nAnswer:',
    rest: [],
    ending: [9, 8],
    first: true,
    keeps: { start: true, end: true },
  },
  ...{ specials: ['</s>'], limit: 100, labels: [[5], [6]], end: 1, ends: [1], stops: ['\n'], answerTokens: 0 },
  beforeContext: '\n',
}
