// Damage within the database file is found when it is opened, and named.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../../main/engine/store/store.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const PAGE = 4096

it.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, -3 * PAGE)],
  [
    'overwritten',
    (bytes: Buffer) =>
      Buffer.concat([bytes.subarray(0, 5 * PAGE), Buffer.alloc(7 * PAGE, 0x55), bytes.subarray(12 * PAGE)]),
  ],
])('a file that was %s is damaged, not unwritable', async (_how, change) => {
  const path = join(temporaryFolder(), 'studio.db')
  const store = await openStore(path)
  await store.preferences.set({ theme: 'dark' })
  await store.close()
  writeFileSync(path, change(readFileSync(path)))
  await expect(openStore(path)).rejects.toMatchObject({ code: 'store/damaged-file' })
})
