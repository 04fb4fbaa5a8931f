// Errors of the database and its records.
export const storeErrors = {
  'store/cannot-open': (path: string, why: string) =>
    `The studio's database ${path} could not be opened (${why}). Choose another folder, or ask for help with this sentence.`,
  'store/disk-full': (folder: string) =>
    `The disk is full: the studio cannot write to ${folder}. What was saved before is safe. Free some disk space, then try again or resume.`,
  'store/cannot-write': (folder: string, why: string) =>
    `The studio cannot write to its folder ${folder} (${why}). Make the folder writable, or choose another folder.`,
  'store/no-home': () =>
    'This account has no home folder in which the studio could keep its data. Name a folder with SOFTPROMPT_HOME or --home.',
  'store/not-yours': (folder: string) =>
    `${folder} belongs to somebody else, so the studio does not use it. Choose another folder.`,
  'store/damaged-file': (path: string) =>
    `The studio's database ${path} is damaged. Restore a backup, or start anew: the damaged file is kept either way.`,
  'store/newer': (path: string) =>
    `The database ${path} was written by a newer version of the studio. Update this one, or choose another folder.`,
  'store/damaged': (what: string) =>
    `${what} is damaged on disk: its checksum does not match. Restore the studio's folder from a backup, or tune again.`,
  'store/tensors': (why: string) => `Saved tensors could not be read (${why}).`,
  'store/missing': (what: string, name: string) => `There is no ${what} "${name}".`,
  'store/name-taken': (what: string, name: string) =>
    `There is already a ${what} named "${name}". Choose another name.`,
  'store/nothing-to-undo': (name: string) => `There is nothing left to undo in "${name}".`,
  'store/nothing-to-redo': (name: string) => `There is nothing left to redo in "${name}".`,
} satisfies Record<string, (...details: never[]) => string>
