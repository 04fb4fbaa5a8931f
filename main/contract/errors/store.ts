// Errors of the database and its records.
export const storeErrors = {
  'store/cannot-open': (path: string, why: string) =>
    `The studio's database ${path} could not be opened (${why}). Check that the folder is writable and the disk not full, or choose another folder.`,
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
