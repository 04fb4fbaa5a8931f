// Errors of the shelf.
export const shelfErrors = {
  'shelf/missing': (item: string) => `"${item}" is not on the shelf. Put a prompt there under this name first.`,
  'shelf/no-version': (item: string, version: number) => `"${item}" has no version ${String(version)}.`,
  'shelf/in-trash': (item: string, version: number) =>
    `The prompt of version ${String(version)} of "${item}" lies in the trash. Restore it first.`,
  'shelf/name-of-model': (name: string) =>
    `"${name}" is the name of a model, which programs ask by it too. Choose another name.`,
  'shelf/other-kind': (item: string) =>
    `"${item}" and this prompt answer in different ways: one chooses among labels, the other writes. Put it on the shelf under a name of its own.`,
  'shelf/answers': (prompt: string, item: string) =>
    `"${prompt}" answers programs as "${item}". Take it off the shelf, or switch to another version, first.`,
} satisfies Record<string, (...details: never[]) => string>
