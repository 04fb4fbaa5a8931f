// Labels stored as numbers, whose names stand in a file beside the table.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { folder, read } = useTables()
let made = 0

/** A table in a folder of its own, with a file beside it. */
function beside(file: string, content: unknown, table: string, name = 'train.csv') {
  const own = `own-${String(++made)}`
  mkdirSync(join(folder, own))
  writeFileSync(join(folder, own, file), typeof content === 'string' ? content : JSON.stringify(content))
  return read(join(own, name), table)
}

const features = {
  text: { dtype: 'string', _type: 'Value' },
  label: { names: ['negative', 'positive'], _type: 'ClassLabel' },
}
/** As the library writes one, by PyYAML. */
const configuration = (names: readonly string[], name: string): string[] => [
  `config_name: ${name}`,
  'features:',
  '- name: text',
  '  dtype: string',
  '- name: label',
  '  dtype:',
  '    class_label:',
  '      names:',
  ...names.map((label, i) => `        '${String(i)}': ${label}`),
  'splits:',
  '- name: train',
  '  num_bytes: 4835',
]
const readme = (names = features.label.names): string =>
  [
    '---',
    'language: [en, de]',
    'extra_gated_prompt: |-',
    '  dataset_info: not this',
    'dataset_info:',
    ...configuration(names, 'default').map((line) => `  ${line}`),
    'configs:',
    '- config_name: default',
    '---',
    '# About',
    'dataset_info: nor this',
  ].join('\n')
/** The same in JSON, which is YAML. */
const yamlFeatures = [
  { name: 'text', dtype: 'string' },
  { name: 'label', dtype: { class_label: { names: { 0: 'negative', 1: 'positive' } } } },
]
const table = 'text,label\nIt broke,0\nIt works,1\nIt is there,-1\nIt is odd,7\n'
const labels = ['negative', 'positive', '', '7']

describe('labels stored as numbers', () => {
  it.each([
    ['dataset_info.json', { description: '', features }],
    ['dataset_infos.json', { plain: { features: {} }, default: { features, splits: {} } }],
  ])('are shown by the names in %s', async (file, content) => {
    const found = await beside(file, content, table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(labels)
    expect(found.notes).toEqual([
      `Numbers in “label” are shown by the names that ${file}, beside the file, gives them.`,
    ])
  })

  it('are shown by the names in the README of a repository, beside the table or in the folder above', async () => {
    const found = await beside('README.md', readme(), table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(labels)
    expect(found.notes).toEqual([
      'Numbers in “label” are shown by the names that README.md, beside the file, gives them.',
    ])
    const own = `own-${String(made)}`
    mkdirSync(join(folder, own, 'data'))
    const deeper = await read(join(own, 'data', 'train.csv'), table)
    expect(deeper.rows.map(({ cells }) => cells[1])).toEqual(labels)
    expect(deeper.notes.join()).toContain('README.md, in the folder above the file, gives them.')
  })

  it('are shown by the configuration that the folder is called by, where they differ', async () => {
    const several = `dataset_info:\n${['a', 'b']
      .map((config) =>
        configuration([`${config} no`, `${config} yes`], config)
          .map((line, i) => `${i === 0 ? '- ' : '  '}${line}`)
          .join('\n'),
      )
      .join('\n')}`
    const unsure = await beside('README.md', `---\n${several}\n---\n`, table)
    expect(unsure.rows.map(({ cells }) => cells[1])).toEqual(['0', '1', '-1', '7'])
    const own = `own-${String(made)}`
    mkdirSync(join(folder, own, 'b'))
    const found = await read(join(own, 'b', 'train.csv'), table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(['b no', 'b yes', '', '7'])
  })

  it('are shown by them in JSON as well', async () => {
    const rows = [
      { text: 'It broke', label: 0 },
      { text: 'It works', label: 1 },
    ]
    const found = await beside(
      'dataset_info.json',
      { features },
      rows.map((row) => JSON.stringify(row)).join('\n'),
      'a.jsonl',
    )
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(['negative', 'positive'])
  })

  it.each([
    ['has the line ends of Windows', readme().replaceAll('\n', '\r\n')],
    ['begins with a byte order mark and an empty line', `\ufeff\n${readme()}`],
    ['has spaces behind its marks', readme().replaceAll('---', '--- ')],
    ['has tabs and a key twice elsewhere', readme().replace('configs:', 'configs:\n\tx: [\ntags:\ntags:')],
    ['says a key twice', readme().replace('      names:', "      names: ['no', 'yes']\n        names:")],
    ['lists the names', readme().replace(/names:[^]*?splits/, 'names: [negative, positive]\n  splits')],
    ['is written in flow style', `---\ndataset_info: {features: ${JSON.stringify(yamlFeatures)}}\n---`],
    ['has a block scalar', readme().replace('dtype: string', 'dtype: string\n    description: |\n      names: *x')],
  ])('are shown by the names in a README that %s', async (_, content) => {
    const found = await beside('README.md', content, table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(labels)
  })

  it.each([
    ['is no JSON', 'dataset_info'],
    ['describes other columns', { features: { stars: features.label } }],
    ['names no labels', { features: { text: features.text } }],
    ['is a README without metadata', '# dataset_info:', 'README.md'],
    ['is a README whose metadata does not end', '---\ndataset_info:\n  features:\n', 'README.md'],
    ['is a README that lacks a name', readme().replace("'0':", "'2':"), 'README.md'],
    ['is a README with an alias', readme().replace('dtype: string', 'dtype: *x'), 'README.md'],
    ['is a README with a tab for an indentation', readme().replace('  features:', '\tfeatures:'), 'README.md'],
  ])('stay numbers where the file %s', async (_, content, file = 'dataset_info.json') => {
    const found = await beside(file, content, table)
    expect(found.rows.map(({ cells }) => cells[1])).toEqual(['0', '1', '-1', '7'])
    expect(found.notes).toEqual([])
  })

  it('never make the reading fail, whatever the file says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.json().map((json) => `{"features": {"label": ${json}}}`),
          fc
            .string({
              unit: fc.constantFrom('\n', ' ', '- ', 'name: ', 'label', 'dtype:', 'class_label:', 'names:', "'0': a"),
            })
            .map((text) => `---\ndataset_info:\n  features:\n${text}\n---`),
        ),
        async (content) => {
          for (const file of ['dataset_info.json', 'README.md'])
            expect((await beside(file, content, table)).rows).toHaveLength(4)
        },
      ),
      { numRuns: 40 },
    )
  })
})
