// Files that the system or a person opens: they wait until the window's page listens.
import { modelEndings, promptEndings, tableEndings } from '../../contract/kinds.ts'
import type { ElectronParts } from './parts.ts'
import { words } from './words.ts'

export interface Inbox {
  /** Files that a person has chosen in the studio. */
  add(paths: readonly string[]): void
  /** Files that come from elsewhere: the person is asked first. */
  offer(paths: readonly string[]): void
  /** The page takes files from now on. */
  listens(): void
  /** The page loads anew, or is gone. */
  isDeaf(): void
}

/** `ask`: whether the person wants files that come from elsewhere. */
export function createInbox(send: (path: string) => void, ask: (paths: readonly string[]) => Promise<boolean>): Inbox {
  const chosen: string[] = []
  const offered: string[] = []
  let listens = false
  const add = (paths: readonly string[]): void => {
    chosen.push(...paths)
    deliver()
  }
  const deliver = (): void => {
    if (!listens) return
    chosen.splice(0).forEach(send)
    const paths = offered.splice(0)
    if (paths.length > 0)
      void ask(paths).then((may) => {
        if (may) add(paths)
      })
  }
  return {
    add,
    offer: (paths) => {
      offered.push(...paths)
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
