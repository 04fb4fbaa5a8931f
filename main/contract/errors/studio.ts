// Errors of the studio as a whole: the network switch, backups, models in use.
export const studioErrors = {
  'studio/network-off': (purpose: string) =>
    `The studio may not use the network, so ${purpose} was not fetched: nothing was asked and nothing was sent. Allow the network under Privacy, or add a model file that you have.`,
  'studio/model-in-use': (model: string, runs: number) =>
    `${model} cannot be removed: ${runs === 1 ? 'one run was' : `${String(runs)} runs were`} tuned on it, and a tuned prompt works with its own model only. Discard the runs first, or keep the model.`,
  'studio/model-of-prompt': (model: string, prompt: string) =>
    `${model} cannot be removed: the prompt ${prompt} works with it only. Remove the prompt under Share first, or keep the model.`,
  'studio/backup-exists': (path: string) =>
    `There is already a file at ${path}. Choose another name, so that nothing is overwritten.`,
  'studio/backup-failed': (path: string, why: string) =>
    `The backup could not be written to ${path}: ${why}. Nothing of the studio was changed. Choose another place, or free some space.`,
  'studio/not-a-backup': (path: string) => `${path} is not a backup of the studio. Choose a .softprompt-backup file.`,
  'studio/backup-damaged': (path: string, why: string) =>
    `The backup ${path} cannot be restored: ${why}. The studio is as it was. Choose another backup.`,
} satisfies Record<string, (...details: never[]) => string>
