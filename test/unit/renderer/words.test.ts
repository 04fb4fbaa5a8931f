// Words that newcomers did not understand stay out of all that is shown.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const shown = globSync(['renderer/src/strings/**/*.ts', 'main/contract/words/*.ts', 'main/contract/setting-specs.ts'], {
  cwd: root,
})
  .map((file) => readFileSync(join(root, file), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, ''))
  .join('\n')

it('are read from the strings of the window', () => {
  expect(shown.length).toBeGreaterThan(50_000)
})

it.each([
  ...['dice', 'rows to stop by', 'held out to judge by', 'take it away', 'take a few steps', 'try before you start'],
  ...['bring it in', 'where it lies', 'where models lie', 'handed-over', 'handing over', 'writes of itself'],
  ...['better of no prompt', 'the duel', 'learned by heart', 'a poor beginning', 'rows it does not learn from'],
  ...['read behind the text', 'how exactly the model', "'go on'", 'on its way', 'take the star', 'choose none'],
  'left this computer',
])('%s', (words) => {
  expect(shown.toLowerCase()).not.toContain(words)
})
