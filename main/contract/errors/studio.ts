// Errors of the studio as a whole: the network switch, backups, models in use.
import type { Told } from './remedy.ts'

export const studioErrors = {
  'studio/network-off': (purpose: string) => ({
    message: `The studio may not use the network, so ${purpose} was not downloaded and nothing was sent. Allow connections under Privacy, or add a model file of your own.`,
    remedy: { kind: 'network' as const },
  }),
  'studio/model-in-use': (model: string, runs: number) =>
    `${model} cannot be removed: ${runs === 1 ? 'one run was' : `${String(runs)} runs were`} tuned on it, and a tuned prompt works only with its own model. Delete the runs first, those in the trash too, or keep the model.`,
  'studio/model-of-prompt': (model: string, prompt: string) =>
    `${model} cannot be removed: the prompt ${prompt} works only with it. Delete the prompt first, also from the trash, or keep the model.`,
  'studio/out-of-memory': () =>
    'This computer has too little memory for so many rows. Close other programs, or use a part of the data.',
  'studio/backup-exists': (path: string) =>
    `There is already a file at ${path}. Choose another name, so that nothing is overwritten.`,
  'studio/backup-failed': (path: string, why: string) =>
    `The backup could not be written to ${path}: ${why}. The studio was not changed. Choose another location, or free some disk space.`,
  'studio/not-a-backup': (path: string) => `${path} is not a backup of the studio. Choose a .softprompt-backup file.`,
  'studio/backup-damaged': (path: string, why: string) =>
    `The backup ${path} cannot be restored: ${why}. The studio was not changed. Choose another backup.`,
  'studio/not-damaged': () => 'The database is not damaged: there is nothing to recover.',
  'studio/no-grant': (what: string) =>
    `A window may not name a file of this computer by its path, so this was not done (${what}). Choose the file or folder again, or drop it into the window.`,
  'studio/no-dialog': () => 'This window cannot ask for a file or folder by a dialog of the system.',
  'studio/no-downloads': () => 'This window has no downloads: it asks where a file goes by a dialog of the system.',
  'studio/path-outside': (path: string, allowed: readonly string[]) =>
    allowed.length === 0
      ? `This window takes no typed paths, so ${path} was not used. Choose the file instead, or start the studio with --allow FOLDER for a folder whose files it may name.`
      : `${path} does not lie in a folder that this window may use (${allowed.join(', ')}). Choose the file instead, or start the studio with --allow FOLDER for another folder.`,
} satisfies Record<string, (...details: never[]) => Told>
