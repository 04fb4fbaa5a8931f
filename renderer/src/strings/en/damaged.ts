// Texts of the page that is shown instead of all others while the database is damaged.
export const damaged = {
  title: 'The studio’s data cannot be read',
  kept: 'Whatever you choose, the damaged file is kept in the studio’s folder, under a name that begins with studio-damaged. Base models and prepared weights are not affected.',
  backups: 'Backups',
  backupsText: (folder: string) =>
    `These are in the studio’s folder. To use another one, copy it to ${folder} and look again.`,
  none: 'There is no backup in the studio’s folder.',
  again: 'Look again',
  restore: 'Restore this one',
  restoring: 'Restoring the backup',
  anew: 'Start anew',
  anewText:
    'An empty studio: without data, runs and prompts. The network stays off until you allow it under Privacy, because your choice cannot be read any more.',
  anewConfirm: 'Start with an empty studio?',
} as const
