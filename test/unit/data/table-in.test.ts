// A folder stands for its one table.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tableIn } from '../../../main/engine/data/table-in.ts'
import { temporaryFolder } from '../../support/temporary.ts'

function folderOf(...files: readonly string[]): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'data'))
  for (const file of files) writeFileSync(join(folder, file), 'text,label\na,b\n')
  return folder
}

it.each([
  ['beside its README', ['train.csv', 'README.md', 'LICENSE.txt', 'dataset_infos.json']],
  ['in its folder "data"', ['data/train.csv', 'README.md']],
  ['beside that folder', ['train.csv', 'data/test.csv']],
])('a table is found %s', async (_, files) => {
  const folder = folderOf(...files)
  expect(await tableIn(folder)).toBe(join(folder, files[0] ?? ''))
})

it('a list in JSON is taken where there is nothing else', async () => {
  const folder = folderOf('rows.json', 'dataset_info.json')
  expect(await tableIn(folder)).toBe(join(folder, 'rows.json'))
})

it('several tables are named, and none said so', async () => {
  const several = tableIn(folderOf('train.csv', 'test.parquet', 'notes.txt'))
  await expect(several).rejects.toMatchObject({
    code: 'data/several-tables',
    message: expect.stringContaining('“test.parquet”, “train.csv”') as string,
  })
  for (const files of [['README.md'], ['README.md', 'adapter_config.json', 'adapter_model.safetensors']])
    await expect(tableIn(folderOf(...files))).rejects.toMatchObject({ code: 'data/no-table' })
})

it('a file is itself, and so is what is not there', async () => {
  const folder = folderOf('train.csv')
  for (const path of [join(folder, 'train.csv'), join(folder, 'nothing.csv')]) expect(await tableIn(path)).toBe(path)
})
