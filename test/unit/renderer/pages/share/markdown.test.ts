// A card's Markdown as blocks: what people read, without what only machines do.
import { expect, it } from 'vitest'
import { blocksOf } from '../../../../../renderer/src/pages/share/markdown.ts'

const hash = 'ab12cd34ef56'.padEnd(64, '0')

it('a card is headings, paragraphs, lists, code and a table', () => {
  const card = [
    '# First&#32;try',
    '',
    'A soft prompt for a model. The base',
    `model has the SHA-256 ${hash}.`,
    '',
    '```',
    'python apply.py "a text"',
    '```',
    '**It acts there.** `apply.py` says so:',
    '- text: ` "{text}" `',
    '- answers: ` "a" `, `` "b`c" ``',
    '',
    '| | accuracy | test rows |',
    '|---|---|---|',
    '| no prompt | 24 % | 100 |',
  ].join('\n')
  const text = (words: string) => [{ kind: 'text', text: words }]
  expect(blocksOf(card)).toEqual([
    { kind: 'heading', level: 1, parts: text('First try') },
    {
      kind: 'paragraph',
      parts: text('A soft prompt for a model. The base model has the SHA-256 ab12cd34ef56….'),
    },
    { kind: 'code', text: 'python apply.py "a text"' },
    {
      kind: 'paragraph',
      parts: [
        { kind: 'strong', text: 'It acts there.' },
        { kind: 'text', text: ' ' },
        { kind: 'code', text: 'apply.py' },
        { kind: 'text', text: ' says so:' },
      ],
    },
    {
      kind: 'list',
      items: [
        [
          { kind: 'text', text: 'text: ' },
          { kind: 'code', text: '"{text}"' },
        ],
        [
          { kind: 'text', text: 'answers: ' },
          { kind: 'code', text: '"a"' },
          { kind: 'text', text: ', ' },
          { kind: 'code', text: '"b`c"' },
        ],
      ],
    },
    {
      kind: 'table',
      head: [[], text('accuracy'), text('test rows')],
      rows: [[text('no prompt'), text('24 %'), text('100')]],
    },
  ])
})

it('a label that looks like markup stays words', () => {
  expect(blocksOf('- answers: &#91;x&#93;&#40;y&#41; &#42;&#42;z&#42;&#42;')).toEqual([
    { kind: 'list', items: [[{ kind: 'text', text: 'answers: [x](y) **z**' }]] },
  ])
})
