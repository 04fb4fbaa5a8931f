// Files that the system or a person opens: they wait until the window's page listens.
import { modelEndings, promptEndings, tableEndings } from '../../contract/kinds.ts'
import type { ElectronParts } from './parts.ts'
import { words } from './words.ts'

export interface Inbox {
  add(paths: readonly string[]): void
  /** The page takes files from now on. */
  listens(): void
  /** The page loads anew, or is gone. */
  isDeaf(): void
}

export function createInbox(send: (path: string) => void): Inbox {
  const waiting: string[] = []
  let listens = false
  const deliver = (): void => {
    if (listens) waiting.splice(0).forEach(send)
  }
  return {
    add: (paths) => {
      waiting.push(...paths)
      deliver()
    },
    listens: () => {
      listens = true
      deliver()
    },
    isDeaf: () => {
      listens = false
    },
  }
}

/** Lets a person choose a file that the studio can open; none where they change their mind. */
export async function chooseFile(dialog: ElectronParts['dialog']): Promise<string[]> {
  const { filePaths } = await dialog.showOpenDialog({
    title: words.openTitle,
    properties: ['openFile'],
    filters: [
      { name: words.openKinds, extensions: [...tableEndings, ...modelEndings, ...promptEndings] },
      { name: words.openAll, extensions: ['*'] },
    ],
  })
  return filePaths
}
